import { admissionWebhooksReviewed } from "../../../../policies/controls/audit/admission-webhooks-reviewed";
import { describeControl } from "../../../support/control-suite";
import { webhooks } from "../../../support/webhooks";

const target = (to: string): string =>
    `webhooks[0] sends objects to ${to} ("a.example.org"). Review it and record who did.`;

const definition = (conversion: object) => ({
    object: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "things.example.org" },
        spec: { group: "example.org", conversion },
    },
});
const converts = (to: string): string =>
    `spec.conversion sends every object of the kind to ${to}, and takes for it what comes back. Review it and record who did.`;

describeControl(admissionWebhooksReviewed, {
    refused: {
        "a conversion outside": {
            ...definition({ strategy: "Webhook", webhook: { clientConfig: { url: "https://example.org/" } } }),
            message: converts("an address outside the cluster"),
        },
        "a conversion of a former version by a Service": {
            ...definition({ strategy: "Webhook", webhookClientConfig: { service: { namespace: "a", name: "b" } } }),
            message: converts("Service a/b"),
        },
        "a webhook of the cluster": { object: webhooks({}), message: target("Service policy/webhook") },
        "a webhook outside": {
            object: webhooks({ clientConfig: { url: "https://example.org/" } }, "ValidatingWebhookConfiguration"),
            message: target("an address outside the cluster"),
        },
    },
    allowed: {
        "a definition of one version": definition({ strategy: "None" }),
        "no webhooks": { object: { ...webhooks({}), webhooks: [] } },
    },
});
