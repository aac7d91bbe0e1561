import { admissionPoliciesBound } from "../../../../policies/controls/platform/admission-policies-bound";
import { describeControl } from "../../../support/control-suite";

const policy = (name = "no-privileged") => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {},
});
const binding = (validationActions: unknown, policyName = "no-privileged") => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: `${policyName}-binding` },
    spec: { policyName, validationActions },
});
const unbound = "no ValidatingAdmissionPolicyBinding names the policy no-privileged, so it does nothing. Add one.";

describeControl(admissionPoliciesBound, {
    refused: {
        "a binding that both denies and warns": {
            stack: [policy(), binding(["Deny", "Warn"])],
            message: "spec.validationActions holds both Deny and Warn, which the API server refuses. Drop Warn.",
        },
        "a binding without actions": {
            stack: [policy(), binding([])],
            message: "spec.validationActions is empty. List Deny, Warn or Audit.",
        },
        "a policy without a binding": { object: policy(), message: unbound },
        "a policy beside a binding of another": { stack: [policy(), binding(["Deny"], "other")], message: unbound },
    },
    allowed: {
        "a policy that denies and audits": { stack: [policy(), binding(["Deny", "Audit"])] },
        "a policy that warns": { stack: [binding(["Warn"]), policy()] },
        "a binding of a policy that others deploy": { object: binding(["Audit"], "other") },
    },
    unknown: { document: 1, path: "spec.validationActions" },
});
