import { ALLOWED } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { allowRules, NETWORK_POLICY_KINDS, policyOf } from "../../kubernetes/network";

export const allowRulesNameTheirPods = objectControl({
    name: "allow-rules-name-their-pods",
    description: "No NetworkPolicy with allow rules selects all pods of its namespace.",
    why: "What is allowed for every pod is allowed for the next one as well, whatever it turns out to be.",
    severity: "medium",
    covers: ["net.policy-empty-selector"],
    frameworks: [
        ...nsa("Network separation and hardening"),
        ...mitre("T1046"),
        ...nist("SC-7", "AC-4"),
        ...soc2("CC6.6"),
        ...checklist("NET-3"),
    ],
    remediation: "Name the pods in podSelector; only a policy that denies by default selects all of them.",
    profiles: [],
    kinds: NETWORK_POLICY_KINDS,
    *check(object) {
        const policy = policyOf(object);
        const rules = allowRules(policy);
        const path = `${object.prefix}spec.podSelector`;
        if (policy.selectsAll && rules.length > 0) {
            yield {
                path,
                message: `${path} is empty, so ${rules.map((rule) => rule.path).join(", ")} allows traffic of every pod of the namespace. Name the pods.`,
            };
        }
    },
    admission: {
        expression: [
            "size(variables.allowed) == 0",
            "size(object.spec.?podSelector.?matchLabels.orValue({})) > 0",
            "size(object.spec.?podSelector.?matchExpressions.orValue([])) > 0",
        ].join(" || "),
        variables: ALLOWED,
    },
});
