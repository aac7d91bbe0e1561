import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";
import { WEBHOOK_KINDS, webhooksOf } from "./webhooks";

export const admissionWebhooksReviewed = objectControl({
    name: "admission-webhooks-reviewed",
    description: "No admission webhook is installed that nobody has reviewed.",
    why: "A webhook sees every object it asks for, Secrets included, and a mutating one rewrites them.",
    severity: "low",
    enforcement: "advisory", // Webhooks enforce policy, too; the finding is the list to be reviewed, by waiver.
    covers: ["cp.webhook-review"],
    frameworks: [...mitre("T1546", "T1552.007"), ...nist("CM-3", "CM-8"), ...soc2("CC8.1"), ...checklist("ACC-5")],
    remediation: "Check who runs it and what it is sent, then waive the finding with the reviewer as owner.",
    profiles: [],
    kinds: WEBHOOK_KINDS,
    *check(object) {
        for (const { path, name, body } of webhooksOf(object)) {
            const client = obj(body["clientConfig"]);
            const service = obj(client["service"]);
            const target =
                client["url"] === undefined
                    ? `Service ${str(service["namespace"])}/${str(service["name"])}`
                    : "an address outside the cluster";
            yield { path, message: `${path} sends objects to ${target} ("${name}"). Review it and record who did.` };
        }
    },
    admission: { none: "A list to be reviewed is no reason to refuse a webhook." },
});
