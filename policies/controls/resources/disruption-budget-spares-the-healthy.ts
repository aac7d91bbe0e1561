import { objectControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import { show } from "../../text";

export const disruptionBudgetSparesTheHealthy = objectControl({
    name: "disruption-budget-spares-the-healthy",
    description: "Every PodDisruptionBudget lets pods be evicted that are not ready anyway.",
    why: "By default pods that crash or never start count as needed once too few are healthy, and no node under them can be drained.",
    severity: "low",
    // Whether an unready member still counts is for those to say who know its protocol, such as a quorum's.
    enforcement: "advisory",
    covers: [],
    frameworks: [...nist("CP-10"), ...soc2("A1.2")],
    remediation: "Set unhealthyPodEvictionPolicy to AlwaysAllow.",
    profiles: ["x0tta6bl4"],
    kinds: ["policy/PodDisruptionBudget"],
    *check(budget) {
        const { unhealthyPodEvictionPolicy: policy } = obj(budget.body["spec"]) as {
            unhealthyPodEvictionPolicy?: unknown;
        };
        if (policy !== "AlwaysAllow") {
            const path = `${budget.prefix}spec.unhealthyPodEvictionPolicy`;
            const isUnset = policy === undefined || policy === null;
            yield {
                path,
                message: `${path} is ${isUnset ? "not set, which means IfHealthyBudget" : `"${show(policy)}"`}. Set it to AlwaysAllow.`,
                absent: isUnset,
                fix: setField(budget, path, "AlwaysAllow"),
            };
        }
    },
    admission: { expression: "object.spec.?unhealthyPodEvictionPolicy.orValue('IfHealthyBudget') == 'AlwaysAllow'" },
});
