import type { Manifest } from "./controls";

/** A configuration of one webhook that nothing is wrong with but what `over` changes. */
export function webhooks(over: Manifest, kind = "MutatingWebhookConfiguration"): Manifest {
    return {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind,
        metadata: { name: "tested" },
        webhooks: [
            {
                name: "a.example.org",
                failurePolicy: "Fail",
                sideEffects: "None",
                admissionReviewVersions: ["v1"],
                timeoutSeconds: 5,
                clientConfig: { service: { namespace: "policy", name: "webhook" } },
                namespaceSelector: {
                    matchExpressions: [
                        { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] },
                    ],
                },
                rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
                ...over,
            },
        ],
    };
}
