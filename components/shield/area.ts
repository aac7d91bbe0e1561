import type { ForeignNamespace } from "../area";
import { optionalArea } from "../area";
import type { Flow } from "../network/flows";
import type { ApplicationOf, ApplicationsConfig } from "../platform/applications";
import { below, platformOf } from "../platform/applications";
import type { ShieldSettings } from "./settings";
import { shieldSettings } from "./settings";
import { backendFaults, pathFaults, shieldFlows } from "./shield";

export type ShieldConfig = Omit<ApplicationsConfig, "applications" | "shield"> & { readonly shield: ShieldSettings };

/** What is wrong with an application's way in, if it has one; one line each. */
export function shieldFaults({ at, settings, shield }: ApplicationOf, project: string): readonly string[] {
    return shield === undefined
        ? []
        : [...pathFaults(shield, settings), ...backendFaults(shield, settings)].map(
              (fault) => `${project}:${at.shield}.${fault}`,
          );
}

/** The namespaces of others that an application's way in needs. */
export function shieldForeign({ at, shield }: Pick<ApplicationOf, "at" | "shield">): readonly ForeignNamespace[] {
    return shield === undefined
        ? []
        : [{ setting: below(at.shield, "proxyNamespace"), namespace: shield.proxyNamespace }];
}

/** The flow of an application's way in, if it has one. */
export function shieldFlowsOf({ settings: platform, shield }: ApplicationOf): readonly Flow[] {
    return shield === undefined ? [] : shieldFlows({ settings: shield, platform });
}

/** Deployed with the platform, before which it stands. */
export const shieldArea = optionalArea({
    key: "shield",
    description: "The way in from outside",
    settings: shieldSettings,
    faults: (config: ShieldConfig, path, { project }) =>
        config.platform === undefined
            ? [`${path} has nothing to stand before; set ${project}:platform, or leave it out`]
            : platformOf(config).flatMap((one) => shieldFaults(one, project)),
    foreign: ({ shield }: ShieldConfig) => [{ setting: "proxyNamespace", namespace: shield.proxyNamespace }],
    flows: (config: ShieldConfig) => platformOf(config).flatMap(shieldFlowsOf),
});
