import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";

/** The kinds that hold admission webhooks. */
export const WEBHOOK_KINDS = [
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/MutatingWebhookConfiguration",
];

/** One admission webhook. */
export interface WebhookView {
    /** E.g. `webhooks[0]`. */
    readonly path: string;
    readonly name: string;
    readonly body: Body;
}

/** The webhooks of a configuration. */
export function webhooksOf(object: KubeObject): readonly WebhookView[] {
    return list(object.body["webhooks"]).map((webhook, index) => ({
        path: `${object.prefix}webhooks[${index}]`,
        name: str(obj(webhook)["name"]),
        body: obj(webhook),
    }));
}
