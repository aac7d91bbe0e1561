import { stackControl } from "../../control";
import { checklist, mitre, nist, soc2 } from "../../frameworks";
import type { KubeObject } from "../../kube";
import { knownName, obj, str, strings } from "../../kube";
import type { Stack } from "../../stack";
import { ifKnown } from "../../unknown";

const GROUP = "admissionregistration.k8s.io";

export const admissionPoliciesEnforce = stackControl({
    name: "admission-policies-enforce",
    description: "Every ValidatingAdmissionPolicy is bound, denies, and fails closed.",
    why: "A policy without a binding does nothing, and one that only warns or audits lets everything through.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1562.001"), ...nist("AC-3", "CM-5"), ...soc2("CC6.8", "CC8.1"), ...checklist("ACC-5")],
    remediation: "Bind the policy with validationActions Deny, and leave failurePolicy at Fail.",
    profiles: ["nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("ValidatingAdmissionPolicy").filter(isAdmission),
            (policy) => policy,
            function* (policy) {
                const name = knownName(policy);
                const path = `${policy.prefix}spec.failurePolicy`;
                if (obj(policy.body["spec"])["failurePolicy"] === "Ignore") {
                    yield { object: policy, path, message: `${path} is "Ignore". Set it to "Fail".` };
                }
                if (!stack.memo(boundPolicies).has(name)) {
                    yield {
                        object: policy,
                        path: `${policy.prefix}metadata.name`,
                        message: `no ValidatingAdmissionPolicyBinding of this stack binds "${name}", so it does nothing. Add one.`,
                        absent: true,
                    };
                }
            },
        );
        yield* each(
            stack.ofKind("ValidatingAdmissionPolicyBinding").filter(isAdmission),
            (binding) => binding,
            function* (binding) {
                const actions = strings(obj(binding.body["spec"])["validationActions"]);
                if (!actions.includes("Deny")) {
                    const path = `${binding.prefix}spec.validationActions`;
                    yield {
                        object: binding,
                        path,
                        message: `${path} are ${actions.join(", ") || "unset"}, so nothing is refused. Add "Deny".`,
                        absent: actions.length === 0,
                    };
                }
            },
        );
    },
    admission: { none: "Admission policies are exempt from admission policies, so that nobody locks themselves out." },
});

function isAdmission({ group }: KubeObject): boolean {
    return group === GROUP;
}

function boundPolicies(stack: Stack): ReadonlySet<string> {
    const bindings = stack.ofKind("ValidatingAdmissionPolicyBinding").filter(isAdmission);
    return new Set(bindings.map((binding) => ifKnown(() => str(obj(binding.body["spec"])["policyName"])) ?? ""));
}
