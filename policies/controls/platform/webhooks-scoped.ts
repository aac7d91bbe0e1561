import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";

export const webhooksScoped = objectControl({
    name: "webhooks-scoped",
    description: "Every admission webhook looks at some namespaces or at kinds of its own only.",
    why: "A webhook that looks at everything stops the whole cluster when it is down, the repair of itself included.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-7", "SC-5"), ...soc2("A1.2"), ...checklist("ACC-5")],
    remediation: "Set namespaceSelector or objectSelector, or name the API groups that the webhook is about.",
    profiles: ["x0tta6bl4"],
    kinds: [
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    ],
    *check(object) {
        for (const [index, entry] of list(object.body["webhooks"]).entries()) {
            const webhook = obj(entry);
            const path = `${object.prefix}webhooks[${index}].namespaceSelector`;
            if (!narrows(webhook["namespaceSelector"]) && !narrows(webhook["objectSelector"]) && !ownKinds(webhook)) {
                yield {
                    path,
                    message: `${path} is empty and the rules name built-in kinds (webhook "${str(webhook["name"])}"). Select the namespaces it is for.`,
                    absent: true,
                };
            }
        }
    },
    admission: {
        expression: [
            "object.?webhooks.orValue([]).all(w,",
            ...["namespaceSelector", "objectSelector"].map(
                (field) =>
                    ` size(w.?${field}.?matchLabels.orValue({})) > 0 || size(w.?${field}.?matchExpressions.orValue([])) > 0 ||`,
            ),
            " w.?rules.orValue([]).all(r, r.?apiGroups.orValue([]).all(g, g.contains('.') && !g.endsWith('.k8s.io'))))",
        ].join("\n"),
    },
});

function narrows(selector: unknown): boolean {
    const { matchLabels, matchExpressions } = obj(selector);
    return Object.keys(obj(matchLabels)).length > 0 || list(matchExpressions).length > 0;
}

/** Its rules name groups of custom resources only. Built-in groups have no dot, or end in `.k8s.io`. */
function ownKinds(webhook: Body): boolean {
    return list(webhook["rules"]).every((rule) =>
        strings(obj(rule)["apiGroups"]).every((group) => group.includes(".") && !group.endsWith(".k8s.io")),
    );
}
