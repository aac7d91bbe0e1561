import { setField } from "../../kubernetes/path";
import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { bindingsOfServiceAccount } from "../../kubernetes/rbac/bindings";
import { automountsToken, serviceAccountName } from "../../kubernetes/service-accounts";

export const noTokenAutomount = stackControl({
    name: "no-token-automount",
    description: "No pod gets a service account token it did not ask for.",
    why: "The token in every container is the first thing an intruder uses against the API server.",
    severity: "medium",
    advisesInPart: "a ServiceAccount",
    covers: ["sa.automount"],
    frameworks: [
        ...cis("5.1.6"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1528", "T1552.007"),
        ...nist("AC-6", "IA-5"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3"),
    ],
    remediation:
        "Set automountServiceAccountToken to false on the pod or its service account; a pod that calls the API server mounts a projected token with a lifetime and an audience.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                if (!automountsToken(stack, pod)) {
                    return;
                }
                const own = pod.spec["automountServiceAccountToken"];
                const path = `${pod.prefix}automountServiceAccountToken`;
                const found =
                    own === true
                        ? "is true"
                        : `is unset and service account "${serviceAccountName(pod)}" does not set it to false`;
                const isUsed =
                    bindingsOfServiceAccount(stack, pod.object.namespace, serviceAccountName(pod)).length > 0;
                const advice = isUsed
                    ? "Set it to false, and mount a projected token where the rights are used that are bound to the account."
                    : "Set it to false.";
                yield {
                    object: pod.object,
                    path,
                    message: `${path} ${found}, so every container gets a token for the API server. ${advice}`,
                    absent: own !== true,
                    decided: own === true,
                    // What calls the API server needs a token of another kind first.
                    ...(!isUsed && { fix: setField(pod.object, path, false) }),
                };
            },
        );
    },
    admission: {
        none: "A pod may leave the choice to its service account, which is another object; the restricted workloads of this stack set it themselves.",
    },
});
