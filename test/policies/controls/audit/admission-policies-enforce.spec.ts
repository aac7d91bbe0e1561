import { admissionPoliciesEnforce } from "../../../../policies/controls/audit/admission-policies-enforce";
import { describeControl } from "../../../support/control-suite";

const object = (kind: string, spec: object) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: "tested" },
    spec,
});
const policy = (spec: object = {}) => object("ValidatingAdmissionPolicy", spec);
const binding = (...validationActions: string[]) =>
    object("ValidatingAdmissionPolicyBinding", { policyName: "tested", validationActions });

describeControl(admissionPoliciesEnforce, {
    refused: {
        "a binding that only warns": {
            stack: [binding("Warn", "Audit"), policy()],
            message: `spec.validationActions are Warn, Audit, so nothing is refused. Add "Deny".`,
        },
        "a policy that nothing binds": {
            object: policy(),
            message: `no ValidatingAdmissionPolicyBinding of this stack binds "tested", so it does nothing. Add one.`,
        },
        "a policy that fails open": {
            stack: [binding("Deny"), policy({ failurePolicy: "Ignore" })],
            message: `spec.failurePolicy is "Ignore". Set it to "Fail".`,
        },
        "a binding that says nothing": {
            object: binding(),
            message: `spec.validationActions are unset, so nothing is refused. Add "Deny".`,
        },
    },
    allowed: {
        "a policy that is bound and denies": { stack: [binding("Deny", "Audit"), policy({ failurePolicy: "Fail" })] },
        "a binding of another stack's policy": { object: binding("Deny") },
    },
});
