import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { obj, str, strings } from "../../kubernetes/kube";

export const admissionPoliciesBound = stackControl({
    name: "admission-policies-bound",
    description: "Every admission policy has a binding, and every binding does something.",
    why: "A policy without a binding is never evaluated, and nobody is told.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-6", "CM-7"), ...soc2("CC8.1"), ...checklist("ACC-5")],
    remediation: "Add a ValidatingAdmissionPolicyBinding that names the policy and lists Deny, Warn or Audit.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        const bindings = stack.ofKind("ValidatingAdmissionPolicyBinding");
        const policies = stack.ofKind("ValidatingAdmissionPolicy");
        yield* each(
            policies,
            (policy) => policy,
            function* (policy) {
                if (!bindings.some((binding) => str(obj(binding.body["spec"])["policyName"]) === policy.name)) {
                    yield {
                        object: policy,
                        path: `${policy.prefix}metadata.name`,
                        message: `no ValidatingAdmissionPolicyBinding names the policy ${policy.name}, so it does nothing. Add one.`,
                        absent: true,
                    };
                }
            },
        );
        yield* each(
            bindings,
            (binding) => binding,
            function* (binding) {
                const actions = strings(obj(binding.body["spec"])["validationActions"]);
                const path = `${binding.prefix}spec.validationActions`;
                if (actions.length === 0) {
                    yield {
                        object: binding,
                        path,
                        message: `${path} is empty. List Deny, Warn or Audit.`,
                        absent: true,
                    };
                } else if (actions.includes("Deny") && actions.includes("Warn")) {
                    yield {
                        object: binding,
                        path,
                        message: `${path} holds both Deny and Warn, which the API server refuses. Drop Warn.`,
                    };
                }
            },
        );
    },
    admission: { none: "That an object is missing can't be told from another one." },
});
