import type { ForeignNamespace } from "../area";
import type { Flow } from "../network/flows";
import type { ApplicationOf } from "../platform/applications";
import { below } from "../platform/applications";
import { backendFaults, pathFaults, shieldFlows } from "./shield";

/** What is wrong with an application's way in, if it has one; one line each. */
export function shieldFaults({ at, settings, shield }: ApplicationOf, project: string): readonly string[] {
    return shield === undefined
        ? []
        : [...pathFaults(shield, settings), ...backendFaults(shield, settings, `${project}:${at.own}`)].map(
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
