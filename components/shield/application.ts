import type { PlatformName } from "../../policies/platforms";
import { platformOf } from "../../policies/platforms";
import type { ForeignNamespace } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import type { Flow } from "../network/flows";
import type { ApplicationOf } from "../platform/applications";
import { below } from "../platform/applications";
import type { ShieldSettings } from "./settings";
import { backendFaults, pathFaults, shieldFlows } from "./shield";

/** What is wrong with an application's way in, if it has one; one line each. */
export function shieldFaults(
    { at, settings, shield }: ApplicationOf,
    { platform }: ClusterSettings,
    project: string,
): readonly string[] {
    return shield === undefined
        ? []
        : [
              ...pathFaults(shield, settings),
              ...backendFaults(shield, settings, `${project}:${at.own}`),
              ...routerFaults(shield, platform),
          ].map((fault) => `${project}:${at.shield}.${fault}`);
}

/** What is wrong with a way in by the platform's router; one line each. */
function routerFaults({ exposure: { through } }: ShieldSettings, platform: PlatformName): readonly string[] {
    const { routes, title } = platformOf(platform);
    return through === "route" && routes !== true
        ? [`exposure.through is "route", and ${title} has no router of its own; leave it out`]
        : [];
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
