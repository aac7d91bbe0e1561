import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { knownName } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

const KINDS = ["ResourceQuota", "LimitRange"] as const;

export const namespacesHaveQuotas = stackControl({
    name: "namespaces-have-quotas",
    description: "Every namespace has a ResourceQuota and a LimitRange.",
    why: "One workload that runs wild, or is made to, starves every other of the cluster.",
    severity: "medium",
    covers: ["ns.quota"],
    frameworks: [
        ...cis("5.6.1"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1496", "T1499"),
        ...nist("SC-5", "SC-6"),
        ...soc2("A1.1"),
        ...checklist("CTR-6"),
    ],
    remediation:
        "Add a ResourceQuota for what all pods may ask for together, and a LimitRange with defaults for each container.",
    profiles: ["nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("Namespace"),
            (namespace) => namespace,
            function* (namespace) {
                const name = knownName(namespace);
                const missing = KINDS.filter((kind) => !stack.memo(bounded).has(`${kind}/${name}`));
                if (missing.length > 0) {
                    yield {
                        object: namespace,
                        path: `${namespace.prefix}metadata.name`,
                        message: `namespace "${name}" has no ${missing.join(" and no ")} in this stack. Add ${missing.length > 1 ? "them" : "it"}.`,
                        absent: true,
                    };
                }
            },
        );
    },
    admission: { none: "Quotas are other objects, created after their namespace." },
});

function bounded(stack: Stack): ReadonlySet<string> {
    return new Set(KINDS.flatMap((kind) => stack.ofKind(kind).map((object) => `${kind}/${namespaceOf(object)}`)));
}
