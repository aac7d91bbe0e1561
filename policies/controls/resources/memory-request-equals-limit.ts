import type { Fault } from "../../control";
import { podControl } from "../../control";
import { checklist, mitre, nist } from "../../frameworks";
import type { ContainerView } from "../../pods";
import { amountOf } from "../../quantity";
import { sizedContainers, statedOf } from "../../resources";
import { show } from "../../text";

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

export const memoryRequestEqualsLimit = podControl({
    name: "memory-request-equals-limit",
    description: "No container may take more memory than is reserved for it.",
    why: "Memory beyond the request is promised twice: when the node runs short, the kernel kills whoever uses it.",
    severity: "low",
    // Bursting is a choice that saves nodes; who needs the guarantee asks for it.
    enforcement: "advisory",
    covers: ["res.qos"],
    frameworks: [...mitre("T1499"), ...nist("SC-5", "SC-6"), ...checklist("CTR-6")],
    remediation: "Set requests.memory and limits.memory to the same value.",
    profiles: [],
    params: {
        memoryRatio: {
            type: "integer",
            description: "How many times its request a container's memory limit may be.",
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
    *check(pod, { params }) {
        for (const container of sizedContainers(pod)) {
            yield* ratioFaults(container, "memory", params.memoryRatio);
            if (params.cpuRatio > 0) {
                yield* ratioFaults(container, "cpu", params.cpuRatio);
            }
        }
    },
});
