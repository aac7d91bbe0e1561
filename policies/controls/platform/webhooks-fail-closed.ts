import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

export const webhooksFailClosed = objectControl({
    name: "webhooks-fail-closed",
    description: "Every admission webhook refuses what it can't check.",
    why: "A webhook that fails open is switched off by whoever can make it slow.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("SI-17", "CM-7"), ...soc2("CC6.8"), ...mitre("T1562.001"), ...checklist("ACC-5")],
    remediation: "Set failurePolicy to Fail, and give the webhook two replicas and a narrow scope.",
    profiles: ["x0tta6bl4"],
    kinds: [
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    ],
    *check(object) {
        for (const [index, webhook] of list(object.body["webhooks"]).entries()) {
            // v1 fails closed where nothing is said.
            if (obj(webhook)["failurePolicy"] === "Ignore") {
                const path = `${object.prefix}webhooks[${index}].failurePolicy`;
                yield {
                    path,
                    message: `${path} is "Ignore" (webhook "${str(obj(webhook)["name"])}"). Set it to Fail.`,
                    fix: setField(object, path, "Fail"),
                };
            }
        }
    },
    admission: { expression: "object.?webhooks.orValue([]).all(w, w.?failurePolicy.orValue('Fail') == 'Fail')" },
});
