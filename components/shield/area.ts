import { optional } from "../../policies/engine/schema";
import { area } from "../area";
import type { PlatformSettings } from "../platform/settings";
import type { ShieldSettings } from "./settings";
import { shieldSettings } from "./settings";
import { pathFaults, shieldFlows } from "./shield";

interface ShieldConfig {
    readonly platform: PlatformSettings | undefined;
    readonly shield: ShieldSettings | undefined;
}

/** Deployed with the platform, before which it stands. */
export const shieldArea = area({
    key: "shield",
    description: "The way in from outside; none unless set",
    settings: optional(shieldSettings),
    faults: ({ shield, platform }: ShieldConfig, path, { project }) => {
        if (shield === undefined) {
            return [];
        }
        return platform === undefined
            ? [`${path} has nothing to stand before; set ${project}:platform, or leave it out`]
            : pathFaults(shield, platform).map((fault) => `${path}.${fault}`);
    },
    foreign: ({ shield }: ShieldConfig) =>
        shield === undefined ? [] : [{ setting: "proxyNamespace", namespace: shield.proxyNamespace }],
    flows: ({ shield, platform }: ShieldConfig) =>
        shield === undefined || platform === undefined ? [] : shieldFlows({ settings: shield, platform }),
});
