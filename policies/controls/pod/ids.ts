import type { Fault } from "../../engine/control";
import type { PodView } from "../../kubernetes/pods";
import { join } from "../../kubernetes/walk";

/**
 * The faults of containers whose user or group ID is below `minimum` or left to the image. A container inherits its pod's.
 * A user namespace maps every ID to a high one of its own, and Windows has no such IDs.
 */
export function* lowIds(pod: PodView, field: "runAsUser" | "runAsGroup", minimum: number): Iterable<Fault> {
    for (const { name, path: at, securityContext } of pod.windows || pod.userNamespace ? [] : pod.containers) {
        const own = securityContext[field];
        const id = own ?? pod.securityContext[field];
        if (typeof id !== "number" || id < minimum) {
            const path = `${join(own === undefined && id !== undefined ? pod.path : at, "securityContext")}.${field}`;
            yield {
                path,
                container: name,
                message: `${path} is ${typeof id === "number" ? id : "not set"} (container "${name}"). Set it to ${minimum} or above.`,
                absent: id === undefined,
            };
        }
    }
}

/** The admission counterpart of `lowIds`. */
export function highIdExpression(field: "runAsUser" | "runAsGroup", minimum: number): string {
    return [
        "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
        "variables.podSpec.?hostUsers.orValue(true) == false || variables.containers.all(c,",
        ` c.?securityContext.?${field}.orValue(variables.podSpec.?securityContext.?${field}.orValue(0)) >= ${minimum})`,
    ].join("\n");
}

/** From here on no distribution gives IDs to accounts of its own or to people. */
export const HIGH_ID = 10_000;
