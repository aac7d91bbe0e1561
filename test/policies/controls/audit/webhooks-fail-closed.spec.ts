import { webhooksFailClosed } from "../../../../policies/controls/audit/webhooks-fail-closed";
import { describeControl } from "../../../support/control-suite";
import { webhooks } from "../../../support/webhooks";

const VALIDATING = "ValidatingWebhookConfiguration";
const all = [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], operations: ["*"] }];

describeControl(webhooksFailClosed, {
    refused: {
        "a guard that is skipped when it is down": {
            object: webhooks({ failurePolicy: "Ignore" }, VALIDATING),
            message: `webhooks[0].failurePolicy is "Ignore" ("a.example.org"). Set it to "Fail".`,
        },
        "a webhook without TLS": {
            object: webhooks({ clientConfig: { url: "http://example.org/" } }),
            message: `webhooks[0].clientConfig.url is without TLS ("a.example.org"). Use https.`,
        },
        "a webhook for everything": {
            object: webhooks({ rules: all, namespaceSelector: undefined }, VALIDATING),
            message: `webhooks[0].rules[0] asks for every resource of every namespace ("a.example.org"), so nothing can be changed while it is down. Name the resources or add a namespaceSelector.`,
        },
    },
    allowed: {
        "a guard that refuses": { object: webhooks({}, VALIDATING) },
        "a guard that says nothing, which is to refuse": { object: webhooks({ failurePolicy: undefined }, VALIDATING) },
        "a helper that is skipped when it is down": { object: webhooks({ failurePolicy: "Ignore" }) },
        "a webhook for everything but the system's namespaces": { object: webhooks({ rules: all }) },
    },
});
