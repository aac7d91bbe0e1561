import { admissionWebhooksReviewed } from "../../../../policies/controls/audit/admission-webhooks-reviewed";
import { describeControl } from "../../../support/control-suite";
import { webhooks } from "../../../support/webhooks";

const target = (to: string): string =>
    `webhooks[0] sends objects to ${to} ("a.example.org"). Review it and record who did.`;

describeControl(admissionWebhooksReviewed, {
    refused: {
        "a webhook of the cluster": { object: webhooks({}), message: target("Service policy/webhook") },
        "a webhook outside": {
            object: webhooks({ clientConfig: { url: "https://example.org/" } }, "ValidatingWebhookConfiguration"),
            message: target("an address outside the cluster"),
        },
    },
    allowed: { "no webhooks": { object: { ...webhooks({}), webhooks: [] } } },
});
