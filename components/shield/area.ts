import { optional } from "../../policies/engine/schema";
import { area } from "../area";
import type { PlatformSettings } from "../platform/settings";
import type { ShieldSettings } from "./settings";
import { shieldSettings } from "./settings";
import { shieldFlows } from "./shield";

interface ShieldConfig {
    readonly platform: PlatformSettings;
    readonly shield: ShieldSettings | undefined;
}

/** Deployed with the platform, before which it stands. */
export const shieldArea = area({
    key: "shield",
    description: "The way in from outside; none unless set",
    settings: optional(shieldSettings),
    foreign: ({ shield }: ShieldConfig) =>
        shield === undefined ? [] : [{ setting: "proxyNamespace", namespace: shield.proxyNamespace }],
    flows: ({ shield, platform }: ShieldConfig) =>
        shield === undefined ? [] : shieldFlows({ settings: shield, platform }),
});
