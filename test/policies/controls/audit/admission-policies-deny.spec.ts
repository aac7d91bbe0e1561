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

const kyverno = (spec: object) => ({ ...object("ClusterPolicy", spec), apiVersion: "kyverno.io/v1" });
const rule = { name: "a", validate: { pattern: {} } };

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
        "a policy that holds of everything": {
            object: policy({ validations: [{ expression: "object.a == 1" }, { expression: " (true)" }] }),
            message: 'spec.validations[1].expression is "true", so nothing is refused. Say what is to be refused.',
        },
        "a binding that lets pass without its parameters": {
            object: object("ValidatingAdmissionPolicyBinding", {
                validationActions: ["Deny"],
                paramRef: { name: "a", parameterNotFoundAction: "Allow" },
            }),
            message:
                'spec.paramRef.parameterNotFoundAction is "Allow", so nothing is refused while the parameters are gone. Set it to "Deny".',
        },
        "a rule of Kyverno's that says nothing": {
            object: kyverno({ rules: [rule] }),
            message:
                'spec.rules[0].validate.failureAction is not set, which means "Audit", so nothing is refused. Set it to "Enforce".',
        },
        "a rule of Kyverno's that only audits": {
            object: kyverno({
                validationFailureAction: "Enforce",
                rules: [rule, { ...rule, validate: { failureAction: "Audit" } }],
            }),
            message:
                'spec.rules[1].validate.failureAction is in effect "Audit", so nothing is refused. Set it to "Enforce".',
        },
        "a policy of Kyverno's that fails open": {
            object: kyverno({ failurePolicy: "Ignore", rules: [{ name: "a", mutate: {} }] }),
            message: 'spec.failurePolicy is "Ignore". Set it to "Fail".',
        },
        "a policy of Kyverno's that fails open by its webhook": {
            object: kyverno({ webhookConfiguration: { failurePolicy: "Ignore" }, rules: [] }),
            message: 'spec.webhookConfiguration.failurePolicy is "Ignore". Set it to "Fail".',
        },
    },
    allowed: {
        "rules of Kyverno's that refuse": {
            stack: [
                kyverno({ validationFailureAction: "enforce", rules: [rule] }),
                kyverno({ rules: [{ ...rule, validate: { failureAction: "Enforce" } }] }),
            ],
        },
        "a policy that asks for something": { object: policy({ validations: [{ expression: "true == object.a" }] }) },
        "a binding that denies": { object: binding("Deny", "Audit") },
        "a policy that fails closed": { object: policy({ failurePolicy: "Fail" }) },
        "a policy that says nothing, which is to fail closed": { object: policy({}) },
        "a binding without actions, which another control judges": { object: binding() },
    },
});
