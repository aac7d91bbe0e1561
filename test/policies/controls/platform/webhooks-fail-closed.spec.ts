import { webhooksFailClosed } from "../../../../policies/controls/platform/webhooks-fail-closed";
import { describeControl } from "../../../support/control-suite";

const configuration = (webhooks: unknown, kind = "ValidatingWebhookConfiguration") => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: "checks" },
    webhooks,
});
const message = (index: number, name: string) =>
    `webhooks[${index}].failurePolicy is "Ignore" (webhook "${name}"). Set it to Fail.`;

describeControl(webhooksFailClosed, {
    refused: {
        "a webhook that fails open": {
            object: configuration([{ name: "a.example.org", failurePolicy: "Ignore" }]),
            message: message(0, "a.example.org"),
        },
        "the second of two, that changes objects": {
            object: configuration(
                [
                    { name: "a.example.org", failurePolicy: "Fail" },
                    { name: "b.example.org", failurePolicy: "Ignore" },
                ],
                "MutatingWebhookConfiguration",
            ),
            message: message(1, "b.example.org"),
        },
    },
    allowed: {
        "a webhook that fails closed": { object: configuration([{ name: "a.example.org", failurePolicy: "Fail" }]) },
        "a webhook that says nothing, which fails closed": { object: configuration([{ name: "a.example.org" }]) },
        "no webhooks": { object: configuration(undefined) },
    },
});
