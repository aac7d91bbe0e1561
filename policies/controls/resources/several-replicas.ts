import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { autoscalerOf, replicaFloor, scaledWorkloads } from "./scaling";

/**
 * A StatefulSet is left out: how many members a database or a queue has is its own affair, and a second one is no copy of
 * the first.
 */
const KINDS: readonly string[] = ["Deployment", "ReplicaSet", "ReplicationController"];

export const severalReplicas = stackControl({
    name: "several-replicas",
    description: "Every stateless workload runs more than one replica.",
    why: "With one replica, every node that is drained or lost takes the service down.",
    severity: "low",
    // Operators and controllers with a single leader do well with one.
    enforcement: "advisory",
    covers: ["rel.replicas"],
    frameworks: [...nist("CP-10", "SC-36"), ...soc2("A1.2")],
    remediation: "Set replicas to two or more, or let a HorizontalPodAutoscaler with that minimum scale it.",
    profiles: ["x0tta6bl4"],
    params: {
        minimum: { type: "integer", description: "The fewest replicas to allow.", default: 2, minimum: 1 },
        maximum: { type: "integer", description: "The most replicas to allow; 0 for any.", default: 0, minimum: 0 },
    },
    admission: { none: "An autoscaler may own the count, and it is another object." },
    *check(stack, { params, each }) {
        yield* each(
            scaledWorkloads(stack, KINDS),
            (workload) => workload,
            function* (workload) {
                const autoscaler = autoscalerOf(stack, workload);
                const object = autoscaler ?? workload;
                const field = autoscaler === undefined ? "replicas" : "minReplicas";
                const stated = obj(object.body["spec"])[field];
                const floor = replicaFloor(stack, workload);
                const path = `${object.prefix}spec.${field}`;
                // Zero is a workload that is switched off, which its owner knows.
                if (floor < params.minimum && floor > 0) {
                    yield {
                        object,
                        path,
                        message: `${path} is ${stated === undefined ? "not set, which means 1" : floor}. Set it to ${params.minimum} or more.`,
                        absent: stated === undefined,
                    };
                } else if (params.maximum > 0 && floor > params.maximum) {
                    yield { object, path, message: `${path} is ${floor}. Set it to ${params.maximum} or less.` };
                }
            },
        );
    },
});
