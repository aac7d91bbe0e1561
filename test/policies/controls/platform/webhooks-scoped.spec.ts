import { webhooksScoped } from "../../../../policies/controls/platform/webhooks-scoped";
import { describeControl } from "../../../support/control-suite";

const configuration = (webhook: object, kind = "ValidatingWebhookConfiguration") => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: "checks" },
    webhooks: [{ name: "a.example.org", rules: [{ apiGroups: ["apps"], resources: ["deployments"] }], ...webhook }],
});
const message =
    'webhooks[0].namespaceSelector is empty and the rules name built-in kinds (webhook "a.example.org"). Select the namespaces it is for.';
const groups = (...apiGroups: string[]) => ({ rules: [{ apiGroups, resources: ["*"] }] });

describeControl(webhooksScoped, {
    refused: {
        "an empty selector": { object: configuration({ namespaceSelector: {} }), message },
        "no selector": { object: configuration({}), message },
        "the core group": { object: configuration(groups("")), message },
        "every group": { object: configuration(groups("*")), message },
        "a built-in group with a dot": { object: configuration(groups("networking.k8s.io")), message },
        "an own group beside a built-in one": { object: configuration(groups("example.org", "batch")), message },
    },
    allowed: {
        "some namespaces": {
            object: configuration({
                namespaceSelector: { matchExpressions: [{ key: "team", operator: "In", values: ["shop"] }] },
            }),
        },
        "some objects": { object: configuration({ objectSelector: { matchLabels: { checked: "yes" } } }) },
        "kinds of its own": { object: configuration(groups("external-secrets.io"), "MutatingWebhookConfiguration") },
        "no webhooks": { object: { ...configuration({}), webhooks: [] } },
    },
    unknown: "webhooks[0].namespaceSelector",
});
