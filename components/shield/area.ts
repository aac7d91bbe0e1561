import { optionalArea } from "../area";
import type { PlatformSettings } from "../platform/settings";
import type { ShieldSettings } from "./settings";
import { shieldSettings } from "./settings";
import { backendFaults, pathFaults, shieldFlows } from "./shield";

export interface ShieldConfig {
    readonly platform: PlatformSettings | undefined;
    readonly shield: ShieldSettings;
}

/** Deployed with the platform, before which it stands. */
export const shieldArea = optionalArea({
    key: "shield",
    description: "The way in from outside",
    settings: shieldSettings,
    faults: ({ shield, platform }: ShieldConfig, path, { project }) =>
        platform === undefined
            ? [`${path} has nothing to stand before; set ${project}:platform, or leave it out`]
            : [...pathFaults(shield, platform), ...backendFaults(shield, platform)].map((fault) => `${path}.${fault}`),
    foreign: ({ shield }: ShieldConfig) => [{ setting: "proxyNamespace", namespace: shield.proxyNamespace }],
    flows: ({ shield, platform }: ShieldConfig) =>
        platform === undefined ? [] : shieldFlows({ settings: shield, platform }),
});
