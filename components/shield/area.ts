import { optionalArea } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import type { ApplicationsConfig } from "../platform/applications";
import { PLATFORM_AT, platformOf } from "../platform/applications";
import { shieldFaults, shieldFlowsOf, shieldForeign } from "./application";
import type { ShieldSettings } from "./settings";
import { shieldSettings } from "./settings";

export type ShieldConfig = Omit<ApplicationsConfig, "applications" | "shield"> & {
    readonly cluster: ClusterSettings;
    readonly shield: ShieldSettings;
};

/** Deployed with the platform, before which it stands. */
export const shieldArea = optionalArea({
    key: "shield",
    description: "The way in from outside",
    settings: shieldSettings,
    faults: (config: ShieldConfig, path, { project }) =>
        config.platform === undefined
            ? [`${path} has nothing to stand before; set ${project}:platform, or leave it out`]
            : platformOf(config).flatMap((one) => shieldFaults(one, config.cluster, project)),
    foreign: ({ shield }: ShieldConfig) => shieldForeign({ at: PLATFORM_AT, shield }),
    flows: (config: ShieldConfig) => platformOf(config).flatMap(shieldFlowsOf),
});
