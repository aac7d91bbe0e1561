import { stackControl } from "../../engine/control";
import { allBudgeted } from "./disruption";
import { nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { isReplicated, scaledWorkloads } from "./scaling";

export const disruptionBudgetPresent = stackControl({
    name: "disruption-budget-present",
    description: "Every workload with several replicas has a PodDisruptionBudget.",
    why: "Without one, draining nodes may take all replicas away at once.",
    severity: "low",
    // Third-party stacks bring their own ideas of it.
    enforcement: "advisory",
    covers: ["rel.pdb"],
    frameworks: [...nist("CP-10"), ...soc2("A1.2")],
    remediation: "Add a PodDisruptionBudget whose selector matches the pods.",
    profiles: ["x0tta6bl4"],
    admission: { none: "The budget is another object, which may well come later." },
    *check(stack, { each }) {
        const covered = stack.memo(allBudgeted);
        yield* each(
            scaledWorkloads(stack, ["Deployment", "StatefulSet"]),
            (workload) => workload,
            function* (workload) {
                // A budget for a single replica would only stop every drain.
                if (!covered.has(workload) && isReplicated(stack, workload)) {
                    const stated = obj(workload.body["spec"])["replicas"];
                    const path = `${workload.prefix}spec.replicas`;
                    yield {
                        object: workload,
                        path,
                        message: `${path} is ${typeof stated === "number" ? stated : "left to its autoscaler"}, and no PodDisruptionBudget selects the pods. Add one.`,
                        // A patch says nothing of the pods that the budget would have to select.
                        absent: true,
                    };
                }
            },
        );
    },
});
