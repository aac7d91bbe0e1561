import type { Fault } from "../../control";
import { objectControl } from "../../control";
import { checklist, mitre, nist, soc2 } from "../../frameworks";
import { list, obj, str, strings } from "../../kube";
import { isEmptySelector } from "../../network";
import type { WebhookView } from "../../webhooks";
import { WEBHOOK_KINDS, webhooksOf } from "../../webhooks";

export const webhooksFailClosed = objectControl({
    name: "webhooks-fail-closed",
    description:
        "Every admission webhook refuses when it can't be asked, over a connection that is verified, and leaves the system's namespaces alone.",
    why: "A webhook that is skipped when it is down is skipped by whoever takes it down; one that guards its own namespace can't come back up.",
    severity: "medium",
    covers: [],
    frameworks: [
        ...mitre("T1562.001", "T1499"),
        ...nist("SI-17", "AC-3", "SC-8"),
        ...soc2("CC6.8", "A1.2"),
        ...checklist("ACC-5"),
    ],
    remediation:
        "Set failurePolicy to Fail, exempt kube-system and the webhook's own namespace by namespaceSelector, and name the resources it asks for.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: WEBHOOK_KINDS,
    *check(object) {
        for (const webhook of webhooksOf(object)) {
            yield* webhookFaults(webhook, object.kind === "ValidatingWebhookConfiguration");
        }
    },
    admission: { none: "Admission webhooks are exempt from admission policies, so that nobody locks themselves out." },
});

function* webhookFaults({ path, name, body }: WebhookView, isGuard: boolean): Iterable<Fault> {
    if (isGuard && body["failurePolicy"] === "Ignore") {
        const at = `${path}.failurePolicy`;
        yield { path: at, message: `${at} is "Ignore" ("${name}"). Set it to "Fail".` };
    }
    const client = obj(body["clientConfig"]);
    if (/^http:/i.test(str(client["url"]))) {
        const at = `${path}.clientConfig.url`;
        yield { path: at, message: `${at} is without TLS ("${name}"). Use https.` };
    }
    const rules = list(body["rules"]).map(obj);
    const broad = rules.findIndex(
        (rule) =>
            strings(rule["resources"]).some((one) => one.startsWith("*")) && strings(rule["apiGroups"]).includes("*"),
    );
    if (broad >= 0 && body["failurePolicy"] !== "Ignore" && isEmptySelector(body["namespaceSelector"])) {
        const at = `${path}.rules[${broad}]`;
        yield {
            path: at,
            message: `${at} asks for every resource of every namespace ("${name}"), so nothing can be changed while it is down. Name the resources or add a namespaceSelector.`,
        };
    }
}
