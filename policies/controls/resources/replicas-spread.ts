import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { podOf } from "../../kubernetes/pods";
import { isReplicated, SCALABLE, scaledWorkloads } from "./scaling";
import { selects } from "../../kubernetes/selectors";

/** The anti-affinity terms of a pod, required and preferred. */
function antiAffinity(pod: PodView): readonly Body[] {
    const rules = obj(obj(pod.spec["affinity"])["podAntiAffinity"]);
    return [
        ...list(rules["requiredDuringSchedulingIgnoredDuringExecution"]).map(obj),
        ...list(rules["preferredDuringSchedulingIgnoredDuringExecution"]).map((term) =>
            obj(obj(term)["podAffinityTerm"]),
        ),
    ];
}

/** Labels of nodes by which pods are spread: the well-known ones of Kubernetes, and those of clouds for racks and the like. */
const TOPOLOGY =
    /^(?:kubernetes\.io\/hostname|zone|(?:topology|failure-domain\.beta)\.[a-z0-9.-]+\/[a-z0-9-]+|[a-z0-9.-]+\/(?:zone|region|rack|host(?:name)?|node(?:-?pool|group)?|zone-id|placement-group-id))$/;

/** The API refuses a constraint that breaks one of these; by a key that no node carries nothing is spread. */
function isConstraint({ topologyKey, maxSkew, whenUnsatisfiable, minDomains }: Body): boolean {
    return (
        TOPOLOGY.test(str(topologyKey)) &&
        (typeof maxSkew !== "number" || maxSkew >= 1) &&
        [undefined, "DoNotSchedule", "ScheduleAnyway"].includes(whenUnsatisfiable as string | undefined) &&
        (typeof minDomains !== "number" || minDomains >= 1)
    );
}

/** A rule spreads a workload's replicas only where its selector picks the workload's own pods. */
function isSpread(pod: PodView): boolean {
    const constraints = list(pod.spec["topologySpreadConstraints"]).map(obj).filter(isConstraint);
    return [...constraints, ...antiAffinity(pod)].some((rule) => selects(rule["labelSelector"], pod.labels));
}

export const replicasSpread = stackControl({
    name: "replicas-spread",
    description: "Every workload with several replicas spreads them over nodes or zones.",
    why: "Replicas that share a node share its end.",
    severity: "low",
    // The scheduler's own default spreads what a Service selects, as well as it can.
    enforcement: "advisory",
    covers: ["rel.spread"],
    frameworks: [...nist("CP-10", "SC-36"), ...soc2("A1.2")],
    remediation: "Add a topologySpreadConstraint or a podAntiAffinity whose selector matches the workload's own pods.",
    profiles: ["x0tta6bl4"],
    admission: { none: "How many replicas there are may be an autoscaler's to say." },
    *check(stack, { each }) {
        yield* each(
            scaledWorkloads(stack, SCALABLE),
            (workload) => workload,
            function* (workload) {
                const pod = podOf(workload);
                if (pod !== undefined && isReplicated(stack, workload) && !isSpread(pod)) {
                    const path = `${pod.prefix}topologySpreadConstraints`;
                    yield {
                        object: workload,
                        path,
                        message: `${path} has no rule that selects the workload's own pods, nor has podAntiAffinity. Add one.`,
                        absent: true,
                    };
                }
            },
        );
    },
});
