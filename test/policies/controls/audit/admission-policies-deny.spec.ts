import { admissionPoliciesDeny } from "../../../../policies/controls/audit/admission-policies-deny";
import { describeControl } from "../../../support/control-suite";

const object = (kind: string, spec: object) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: "tested" },
    spec,
});
const policy = (spec: object) => object("ValidatingAdmissionPolicy", spec);
const binding = (...validationActions: string[]) =>
    object("ValidatingAdmissionPolicyBinding", { policyName: "tested", validationActions });

describeControl(admissionPoliciesDeny, {
    refused: {
        "a binding that only warns": {
            object: binding("Warn", "Audit"),
            message: `spec.validationActions are Warn, Audit, so nothing is refused. Add "Deny".`,
        },
        "a policy that fails open": {
            object: policy({ failurePolicy: "Ignore" }),
            message: `spec.failurePolicy is "Ignore". Set it to "Fail".`,
        },
    },
    allowed: {
        "a binding that denies": { object: binding("Deny", "Audit") },
        "a policy that fails closed": { object: policy({ failurePolicy: "Fail" }) },
        "a policy that says nothing, which is to fail closed": { object: policy({}) },
        "a binding without actions, which another control judges": { object: binding() },
    },
});
