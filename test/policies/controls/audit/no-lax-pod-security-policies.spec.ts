import { noLaxPodSecurityPolicies } from "../../../../policies/controls/audit/no-lax-pod-security-policies";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const strict = {
    allowPrivilegeEscalation: false,
    requiredDropCapabilities: ["ALL"],
    runAsUser: { rule: "MustRunAsNonRoot" },
    seLinux: { rule: "RunAsAny" },
    fsGroup: { rule: "RunAsAny" },
    supplementalGroups: { rule: "RunAsAny" },
};
const policy = (spec: Manifest, annotations: Manifest = {}) => ({
    apiVersion: "policy/v1beta1",
    kind: "PodSecurityPolicy",
    metadata: { name: "tested", annotations },
    spec,
});
const SECCOMP = "seccomp.security.alpha.kubernetes.io/allowedProfileNames";

describeControl(noLaxPodSecurityPolicies, {
    refused: {
        "privileged pods": {
            object: policy({ ...strict, privileged: true }),
            message: "spec.privileged is true. Set it to false.",
        },
        "escalation, which is the default": {
            object: policy({ ...strict, allowPrivilegeEscalation: undefined }),
            message: "spec.allowPrivilegeEscalation is unset, which means true. Set it to false.",
        },
        "any user": {
            object: policy({ ...strict, runAsUser: { rule: "RunAsAny" } }),
            message: `spec.runAsUser.rule is "RunAsAny". Set it to "MustRunAsNonRoot".`,
        },
        "a range of users from root on": {
            object: policy({ ...strict, runAsUser: { rule: "MustRunAs", ranges: [{ min: 0, max: 65535 }] } }),
            message: `spec.runAsUser.rule is "MustRunAs" from user 0. Set it to "MustRunAsNonRoot".`,
        },
        "capabilities that are kept": {
            object: policy({ ...strict, requiredDropCapabilities: ["KILL"] }),
            message: "spec.requiredDropCapabilities holds KILL. Drop ALL.",
        },
        "capabilities that are added": {
            object: policy({ ...strict, allowedCapabilities: ["NET_ADMIN"] }),
            message: "spec.allowedCapabilities holds NET_ADMIN. Allow none.",
        },
        "any seccomp profile": {
            object: policy(strict, { [SECCOMP]: "*" }),
            message: `metadata.annotations["${SECCOMP}"] is "*". Allow runtime/default.`,
        },
        "privileged pods of OpenShift": {
            object: {
                apiVersion: "security.openshift.io/v1",
                kind: "SecurityContextConstraints",
                metadata: { name: "tested" },
                allowPrivilegedContainer: true,
            },
            message: "allowPrivilegedContainer is true. Set it to false.",
        },
    },
    allowed: {
        "a strict policy": { object: policy(strict, { [SECCOMP]: "runtime/default" }) },
        "an excerpt, which says nothing of what it leaves out": { object: policy({ privileged: false }) },
        "a range of users above root": {
            object: policy({ ...strict, runAsUser: { rule: "MustRunAs", ranges: [{ min: 1000, max: 65535 }] } }),
        },
    },
});
