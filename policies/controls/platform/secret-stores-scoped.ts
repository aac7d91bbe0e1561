import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";

export const secretStoresScoped = objectControl({
    name: "secret-stores-scoped",
    description: "Every cluster-wide secret store names the namespaces that may use it.",
    why: "Without conditions, whoever may create an ExternalSecret anywhere reads everything the store can read.",
    severity: "high",
    covers: [],
    frameworks: [...nist("AC-3", "AC-6"), ...soc2("CC6.1", "CC6.3"), ...checklist("SEC-3", "ACC-3")],
    remediation: "Use a SecretStore in each namespace, or set spec.conditions with namespaces or a namespaceSelector.",
    profiles: ["x0tta6bl4"],
    kinds: ["external-secrets.io/ClusterSecretStore"],
    *check(object) {
        const path = `${object.prefix}spec.conditions`;
        const conditions = list(obj(object.body["spec"])["conditions"]);
        if (conditions.length === 0) {
            yield {
                path,
                message: `${path} is empty, so every namespace may use the store. Name the namespaces.`,
                absent: true,
            };
        }
        for (const [index, condition] of conditions.entries()) {
            const { namespaces, namespaceRegexes, namespaceSelector } = obj(condition);
            const selector = obj(namespaceSelector);
            const narrows =
                list(namespaces).length > 0 ||
                list(namespaceRegexes).some((regex) => regex !== ".*" && regex !== "") ||
                Object.keys(obj(selector["matchLabels"])).length > 0 ||
                list(selector["matchExpressions"]).length > 0;
            if (!narrows) {
                yield {
                    path: `${path}[${index}]`,
                    message: `${path}[${index}] holds for every namespace. Name the namespaces.`,
                };
            }
        }
    },
    admission: {
        expression: [
            "has(object.spec.conditions) && size(object.spec.conditions) > 0 && object.spec.conditions.all(c,",
            " size(c.?namespaces.orValue([])) > 0 ||",
            " c.?namespaceRegexes.orValue([]).exists(r, r != '.*' && r != '') ||",
            " size(c.?namespaceSelector.?matchLabels.orValue({})) > 0 ||",
            " size(c.?namespaceSelector.?matchExpressions.orValue([])) > 0)",
        ].join("\n"),
    },
});
