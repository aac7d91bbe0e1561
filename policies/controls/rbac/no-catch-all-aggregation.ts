import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { show } from "../../text";

export const noCatchAllAggregation = objectControl({
    name: "no-catch-all-aggregation",
    description: "No ClusterRole aggregates roles by a selector that does not name what it collects.",
    why: "An aggregated role takes in every ClusterRole that matches: with an empty selector that is cluster-admin.",
    severity: "high",
    covers: ["rbac.wildcard"],
    frameworks: [
        ...cis("5.1.3"),
        ...mitre("T1098.006"),
        ...nist("AC-6"),
        ...soc2("CC6.3"),
        ...checklist("ACC-1", "ACC-3"),
    ],
    remediation: "Select by a label of your own with a value, and list who may set it.",
    profiles: ["cis", "x0tta6bl4"],
    kinds: ["rbac.authorization.k8s.io/ClusterRole"],
    *check(role) {
        const selectors = list(obj(role.body["aggregationRule"])["clusterRoleSelectors"]);
        for (const [index, selector] of selectors.entries()) {
            const path = `${role.prefix}aggregationRule.clusterRoleSelectors[${index}]`;
            const named = Object.keys(obj(obj(selector)["matchLabels"])).length > 0;
            const picks = list(obj(selector)["matchExpressions"]).some((expression) =>
                ["In", "Exists"].includes(show(obj(expression)["operator"])),
            );
            if (!named && !picks) {
                yield { path, message: `${path} selects every ClusterRole. Select by a label of your own.` };
            }
        }
    },
    admission: {
        expression:
            "!has(object.aggregationRule) || !object.aggregationRule.clusterRoleSelectors.exists(s, (!has(s.matchLabels) || size(s.matchLabels) == 0) && (!has(s.matchExpressions) || !s.matchExpressions.exists(e, e.operator in ['In', 'Exists'])))",
    },
});
