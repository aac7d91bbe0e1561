import { texts } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";
import { show } from "../../text";

/** The labels by which the API server's own roles that are worth a takeover can be collected. */
const POWERFUL = [
    "kubernetes.io/bootstrapping",
    "rbac.authorization.k8s.io/aggregate-to-admin",
    "rbac.authorization.k8s.io/aggregate-to-edit",
];

/** The API server's own roles that collect by them. */
const COLLECTORS = ["admin", "edit"];

export const noCatchAllAggregation = objectControl({
    name: "no-catch-all-aggregation",
    description:
        "No ClusterRole aggregates roles by a selector that does not name what it collects, or collects the API server's own.",
    why: "An aggregated role takes in every ClusterRole that matches: with an empty selector, or the API server's own label, that is cluster-admin.",
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
            const labels = Object.keys(obj(obj(selector)["matchLabels"]));
            const picked = list(obj(selector)["matchExpressions"])
                .map(obj)
                .filter(({ operator }) => ["In", "Exists"].includes(show(operator)))
                .map(({ key }) => str(key));
            const powerful = [...labels, ...picked].find((label) => POWERFUL.includes(label));
            if (labels.length === 0 && picked.length === 0) {
                yield { path, message: `${path} selects every ClusterRole. Select by a label of your own.` };
            } else if (powerful !== undefined && !COLLECTORS.includes(role.name)) {
                yield {
                    path,
                    message: `${path} selects by "${powerful}", a label of the API server's own roles, whose rights it takes over. Select by a label of your own.`,
                };
            }
        }
    },
    admission: {
        expression: [
            "!has(object.aggregationRule) || !object.aggregationRule.clusterRoleSelectors.exists(s,",
            " ((!has(s.matchLabels) || size(s.matchLabels) == 0) && (!has(s.matchExpressions) || !s.matchExpressions.exists(e, e.operator in ['In', 'Exists']))) ||",
            ` (!(object.metadata.name in ${texts(COLLECTORS)}) &&`,
            `  ((has(s.matchLabels) && s.matchLabels.exists(l, l in ${texts(POWERFUL)})) ||`,
            `   (has(s.matchExpressions) && s.matchExpressions.exists(e, e.operator in ['In', 'Exists'] && e.key in ${texts(POWERFUL)})))))`,
        ].join("\n"),
    },
});
