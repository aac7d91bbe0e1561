import type { Fault } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import type { ContainerView } from "../../kubernetes/pods";
import { amountOf } from "../../kubernetes/quantity";
import { sizedContainers, statedOf } from "./compute";
import { resourceControl } from "./limit-ranges";
import { show } from "../../text";

/** What is promised twice is lost to somebody; CPU time is only slowed down. */
const PROMISED: readonly string[] = ["memory", "ephemeral-storage"];

function isStated(container: ContainerView, resource: string): boolean {
    return (["requests", "limits"] as const).some((half) => statedOf(container, half, resource) !== undefined);
}

function* ratioFaults(container: ContainerView, resource: string, most: number): Iterable<Fault> {
    const request = statedOf(container, "requests", resource);
    const limit = statedOf(container, "limits", resource);
    // The API copies a limit into a request that is missing, so that the two are equal.
    const asked = amountOf(request ?? limit);
    const allowed = amountOf(limit);
    const path = `${container.path}.resources.limits.${resource}`;
    const whose = `(container "${container.name}")`;
    if (asked === undefined || allowed === undefined) {
        yield {
            path,
            container: container.name,
            message: `${path} is not set ${whose}. Set it to at most ${most} times the request.`,
            absent: true,
        };
    } else if (allowed > asked * most) {
        yield {
            path,
            container: container.name,
            message: `${path} is ${show(limit)}, the request ${show(request)} ${whose}. Set it to at most ${most} times the request.`,
        };
    }
}

export const memoryRequestEqualsLimit = resourceControl({
    name: "memory-request-equals-limit",
    description: "No container may take more memory or disk space than it has reserved.",
    why: "What goes beyond the request is promised twice: when the node runs short, whoever uses it is killed or evicted.",
    severity: "low",
    // Bursting is a choice that saves nodes; who needs the guarantee asks for it.
    enforcement: "advisory",
    covers: ["res.qos"],
    frameworks: [...mitre("T1499"), ...nist("SC-5", "SC-6"), ...checklist("CTR-6")],
    remediation:
        "Set requests.memory and limits.memory to the same value, and so ephemeral-storage where it is stated.",
    profiles: [],
    params: {
        memoryRatio: {
            type: "integer",
            description: "How many times its request a container's limit of memory or disk space may be.",
            default: 1,
            minimum: 1,
        },
        cpuRatio: {
            type: "integer",
            description:
                "How many times its request a container's CPU limit may be; 0 leaves CPU alone: it is only slowed down.",
            default: 0,
            minimum: 0,
        },
    },
    admission: { none: "The allowed ratio is a parameter of the stack." },
    *check(pod, params) {
        for (const container of sizedContainers(pod)) {
            const stated = PROMISED.filter((resource) => isStated(container, resource));
            // That a container states no memory is memory-requests-set's to say, unless it states nothing at all.
            const judged = stated.length === 0 && !isStated(container, "cpu") ? ["memory"] : stated;
            for (const resource of judged) {
                yield* ratioFaults(container, resource, params.memoryRatio);
            }
            if (params.cpuRatio > 0) {
                yield* ratioFaults(container, "cpu", params.cpuRatio);
            }
        }
    },
});
