import type * as k8s from "@pulumi/kubernetes";

/** Label by which the certificate controller knows the webhooks that it is to fill. */
const COMPONENT = "external-secrets.io/component";

/**
 * The engine goes on once the certificate controller has filled in its authority: until then every call of the webhook
 * fails, and with it every store that follows.
 */
const WITH_AUTHORITY = { "pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}" } as const;

/** The operator's validating webhooks: name of the configuration, and the resource it looks at. */
export const WEBHOOKS = [
    { configuration: "secretstore-validate", resource: "secretstores", path: "secretstore" },
    { configuration: "externalsecret-validate", resource: "externalsecrets", path: "externalsecret" },
] as const;

/**
 * The ValidatingWebhookConfiguration for one resource. It fails closed, so a store that can't be checked is not admitted;
 * it looks at the operator's own kinds only, so an outage stops nothing else.
 */
export function webhookConfiguration(
    { configuration, resource, path }: (typeof WEBHOOKS)[number],
    service: { readonly namespace: string; readonly name: string },
    namespaces: readonly string[],
): k8s.types.input.admissionregistration.v1.ValidatingWebhookConfiguration {
    return {
        metadata: { name: configuration, labels: { [COMPONENT]: "webhook" }, annotations: WITH_AUTHORITY },
        webhooks: [
            {
                name: `validate.${path}.external-secrets.io`,
                rules: [
                    {
                        apiGroups: ["external-secrets.io"],
                        apiVersions: ["v1"],
                        // Not DELETE: nothing is validated then, and a namespace could not go while the webhook is away.
                        operations: ["CREATE", "UPDATE"],
                        resources: [resource],
                        scope: "Namespaced",
                    },
                ],
                namespaceSelector: {
                    matchExpressions: [
                        { key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces].sort() },
                    ],
                },
                clientConfig: { service: { ...service, path: `/validate-external-secrets-io-v1-${path}`, port: 443 } },
                admissionReviewVersions: ["v1"],
                sideEffects: "None",
                timeoutSeconds: 5,
                failurePolicy: "Fail",
            },
        ],
    };
}
