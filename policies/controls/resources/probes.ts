import type { Fault } from "../../engine/control";
import { isObj, list, str } from "../../kubernetes/kube";
import type { ContainerView, PodView } from "../../kubernetes/pods";

export type Probe = "livenessProbe" | "readinessProbe" | "startupProbe";

export const PROBES: readonly Probe[] = ["livenessProbe", "readinessProbe", "startupProbe"];

/** The kinds whose pods run to completion: nothing waits for them to become ready, and they end by themselves. */
const FINITE_KINDS: readonly string[] = ["Job", "CronJob"];

/**
 * The containers that are to keep running: those of a long-running pod, without what only prepares or debugs. A sidecar
 * counts where it serves something of its own, which its ports tell.
 */
export function servingContainers(pod: PodView): readonly ContainerView[] {
    const finite =
        FINITE_KINDS.includes(pod.object.kind) || ["Never", "OnFailure"].includes(str(pod.spec["restartPolicy"]));
    return finite
        ? []
        : pod.containers.filter(
              ({ role, body }) => role === "main" || (role === "sidecar" && list(body["ports"]).length > 0),
          );
}

/** The faults of serving containers that lack a probe. */
export function* missingProbe(pod: PodView, probe: Probe): Iterable<Fault> {
    for (const { name, path: at, body } of servingContainers(pod)) {
        if (!isObj(body[probe])) {
            const path = `${at}.${probe}`;
            yield {
                path,
                container: name,
                message: `${path} is not set (container "${name}"). Set one.`,
                absent: true,
            };
        }
    }
}
