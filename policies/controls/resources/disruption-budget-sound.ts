import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { budgeted, share } from "./disruption";
import { nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { describe, obj } from "../../kubernetes/kube";
import { isCountOpen, replicaFloor, SCALABLE } from "./scaling";
import type { Stack } from "../../kubernetes/stack";
import { show } from "../../text";

/** What a budget that keeps back this many of so many pods allows to go: nothing, where it is none. */
function* faultsOf(stack: Stack, budget: KubeObject): Iterable<StackFault> {
    const { minAvailable, maxUnavailable } = obj(budget.body["spec"]) as {
        minAvailable?: unknown;
        maxUnavailable?: unknown;
    };
    const at = `${budget.prefix}spec`;
    if (minAvailable === undefined && maxUnavailable === undefined) {
        yield {
            object: budget,
            path: `${at}.maxUnavailable`,
            message: `${at}.maxUnavailable is not set, nor is minAvailable: the budget limits nothing. Set one.`,
            absent: true,
        };
    }
    for (const [field, value] of Object.entries({ minAvailable, maxUnavailable })) {
        if (typeof value === "number" && value < 0) {
            const path = `${at}.${field}`;
            yield {
                object: budget,
                path,
                message: `${path} is ${value}, which the API server refuses. Set it to 0 or more.`,
            };
        }
    }
    if (share(maxUnavailable, 100) === 0) {
        const path = `${at}.maxUnavailable`;
        yield {
            object: budget,
            path,
            message: `${path} is ${show(maxUnavailable)}: no node with such a pod can be drained. Allow at least one.`,
        };
    }
    const path = `${at}.minAvailable`;
    if (share(minAvailable, 100) === 100 && typeof minAvailable === "string") {
        yield {
            object: budget,
            path,
            message: `${path} is ${minAvailable}: no node with such a pod can be drained. Allow at least one to go.`,
        };
        return;
    }
    for (const workload of budgeted(stack, budget).filter(({ kind }) => SCALABLE.includes(kind))) {
        // Whoever writes a budget beside an open count has several replicas in mind.
        if (isCountOpen(stack, workload)) {
            continue;
        }
        const replicas = replicaFloor(stack, workload);
        const kept = share(minAvailable, replicas);
        if (kept !== undefined && kept >= replicas && replicas > 0) {
            yield {
                object: budget,
                path,
                message: `${path} is ${show(minAvailable)}, and ${describe(workload)} may have as few as ${replicas} replicas: none could go. Keep fewer.`,
            };
        }
    }
}

export const disruptionBudgetSound = stackControl({
    name: "disruption-budget-sound",
    description: "Every PodDisruptionBudget limits evictions and still allows one.",
    why: "A budget that allows no eviction stops every upgrade of the nodes, until somebody deletes the pods by force.",
    severity: "medium",
    enforcement: "advisory", // It costs availability, and nobody gains by it.
    covers: ["rel.pdb"],
    frameworks: [...nist("CP-10"), ...soc2("A1.2")],
    remediation: "Set maxUnavailable to 1, or minAvailable below the fewest replicas there may be.",
    profiles: ["x0tta6bl4"],
    admission: { none: "The replica count is another object's." },
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("PodDisruptionBudget"),
            (budget) => budget,
            (budget) => faultsOf(stack, budget),
        );
    },
});
