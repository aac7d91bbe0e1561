import { stackControl } from "../../control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../frameworks";
import { knownName } from "../../kube";
import { allowRules, allowsEverything, DIRECTIONS, policiesIn } from "../../network";

export const namespacesDenyByDefault = stackControl({
    name: "namespaces-deny-by-default",
    description: "Every namespace isolates all of its pods in both directions.",
    why: "Without a default deny every pod of the cluster reaches every other, and one stolen pod scans them all.",
    severity: "high",
    covers: ["net.default-deny"],
    frameworks: [
        ...cis("5.3.2"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1046", "T1210"),
        ...nist("SC-7", "SC-7(5)", "AC-4"),
        ...soc2("CC6.6"),
        ...checklist("NET-1", "NET-2", "NET-3", "PRE-2"),
    ],
    remediation:
        "Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress and no rules, then allow what is needed.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("Namespace"),
            (namespace) => namespace,
            function* (namespace) {
                const policies = policiesIn(stack, knownName(namespace)).filter((policy) => policy.selectsAll);
                const open = DIRECTIONS.filter(
                    (direction) =>
                        !policies.some(
                            (policy) =>
                                policy.directions.has(direction) &&
                                !allowRules(policy).some(
                                    (rule) => rule.direction === direction && allowsEverything(rule),
                                ),
                        ),
                );
                if (open.length > 0) {
                    yield {
                        object: namespace,
                        path: `${namespace.prefix}metadata.name`,
                        message: `no NetworkPolicy selects all pods of namespace "${namespace.name}" for ${open.join(" and ")} and denies by default. Add one with an empty podSelector, policyTypes Ingress and Egress and no rules.`,
                        absent: true,
                    };
                }
            },
        );
    },
    admission: { none: "Whether a namespace has a policy can't be told from the namespace alone." },
});
