import type * as k8s from "@pulumi/kubernetes";

/** The disruption budget of replicated pods: evicted one at a time, and pods that are not ready never block a drain. */
export function budgetSpec(
    selector: Readonly<Record<string, string>>,
): k8s.types.input.policy.v1.PodDisruptionBudgetSpec {
    return { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: selector } };
}
