import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, obj, str } from "../../kubernetes/kube";
import { WEBHOOK_KINDS, webhooksOf } from "./webhooks";

const AGGREGATED = "apiregistration.k8s.io/APIService";
const DEFINITION = "apiextensions.k8s.io/CustomResourceDefinition";

const targetOf = (client: Body): string => {
    const service = obj(client["service"]);
    return client["url"] === undefined
        ? `Service ${str(service["namespace"])}/${str(service["name"])}`
        : "an address outside the cluster";
};

/** A definition's webhook, which is sent every object of its kind to write it in another version. */
function* conversionFaults({ body, prefix }: KubeObject): Iterable<Fault> {
    const conversion = obj(obj(body["spec"])["conversion"]);
    if (conversion["strategy"] === "Webhook") {
        const client = obj(obj(conversion["webhook"])["clientConfig"] ?? conversion["webhookClientConfig"]);
        const path = `${prefix}spec.conversion`;
        yield {
            path,
            message: `${path} sends every object of the kind to ${targetOf(client)}, and takes for it what comes back. Review it and record who did.`,
        };
    }
}

/** An aggregated server, which is sent every request for its group in the caller's name. */
function* aggregationFaults({ body, prefix }: KubeObject): Iterable<Fault> {
    const { group, service } = obj(body["spec"]);
    if (isObj(service)) {
        const path = `${prefix}spec.service`;
        yield {
            path,
            message: `${path} sends every request for group "${str(group)}" to ${targetOf({ service })}. Review it and record who did.`,
        };
    }
}

export const admissionWebhooksReviewed = objectControl({
    name: "admission-webhooks-reviewed",
    description:
        "No webhook of admission or conversion, and no server of a part of the API, is installed that nobody has reviewed.",
    why: "A webhook sees every object it asks for, Secrets included, and a mutating one rewrites them.",
    severity: "low",
    enforcement: "advisory", // Webhooks enforce policy, too; the finding is the list to be reviewed, by waiver.
    covers: ["cp.webhook-review"],
    frameworks: [...mitre("T1546", "T1552.007"), ...nist("CM-3", "CM-8"), ...soc2("CC8.1"), ...checklist("ACC-5")],
    remediation: "Check who runs it and what it is sent, then waive the finding with the reviewer as owner.",
    profiles: [],
    kinds: [...WEBHOOK_KINDS, DEFINITION, AGGREGATED],
    *check(object) {
        if (`${object.group}/${object.kind}` === DEFINITION) {
            yield* conversionFaults(object);
            return;
        }
        if (object.kind === "APIService") {
            yield* aggregationFaults(object);
            return;
        }
        for (const { path, name, body } of webhooksOf(object)) {
            const target = targetOf(obj(body["clientConfig"]));
            yield { path, message: `${path} sends objects to ${target} ("${name}"). Review it and record who did.` };
        }
    },
    admission: { none: "A list to be reviewed is no reason to refuse a webhook." },
});
