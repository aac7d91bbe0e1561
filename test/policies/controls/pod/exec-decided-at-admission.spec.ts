import { execDecidedAtAdmission } from "../../../../policies/controls/pod/exec-decided-at-admission";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };

function policy(operations: readonly string[], resources: readonly string[]): Manifest {
    return {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name: "exec" },
        spec: {
            matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations, resources }] },
        },
    };
}

function kyverno(match: Manifest): Manifest {
    return {
        apiVersion: "kyverno.io/v1",
        kind: "ClusterPolicy",
        metadata: { name: "exec" },
        spec: { rules: [{ match }] },
    };
}

const message = 'metadata.name is "shop", and no admission policy of the stack decides on exec into its pods. Add one.';

describeControl(execDecidedAtAdmission, {
    // Nothing of the namespace is read but that it is one.
    unknown: false,
    refused: {
        "a namespace where nothing is asked": { object: namespace, message },
        "a policy on other requests": { stack: [namespace, policy(["CREATE"], ["pods"])], message },
        "a policy on another verb": { stack: [namespace, policy(["CREATE"], ["pods/exec"])], message },
        "a Kyverno policy on other kinds": { stack: [namespace, kyverno({ resources: { kinds: ["Pod"] } })], message },
    },
    allowed: {
        "a policy on exec": { stack: [namespace, policy(["CONNECT"], ["pods/exec"])] },
        "a policy on everything": { stack: [namespace, policy(["*"], ["*/*"])] },
        "a webhook on exec": {
            stack: [
                namespace,
                {
                    apiVersion: "admissionregistration.k8s.io/v1",
                    kind: "ValidatingWebhookConfiguration",
                    metadata: { name: "exec" },
                    webhooks: [
                        { name: "exec.example.org", rules: [{ operations: ["CONNECT"], resources: ["pods/*"] }] },
                    ],
                },
            ],
        },
        "a Kyverno policy on exec": {
            stack: [namespace, kyverno({ any: [{ resources: { kinds: ["PodExecOptions"] } }] })],
        },
        "a stack without namespaces of its own": {},
    },
});
