import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { knownName } from "../../kubernetes/kube";
import type { Direction } from "../../kubernetes/network";
import { ANYWHERE, DIRECTIONS, Network } from "../../kubernetes/network";
import type { Stack } from "../../kubernetes/stack";

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
        ...checklist("NET-1", "NET-2", "NET-3", "PRE-2", "PRE-7"),
    ],
    remediation:
        "Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress and no rules, then allow what is needed.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("Namespace"),
            (namespace) => namespace,
            function* (namespace) {
                const open = DIRECTIONS.filter((direction) => !denies(stack, knownName(namespace), direction));
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

/**
 * Says whether any pod of a namespace, whatever its labels, is denied what no rule allows, and no rule allows everybody.
 *
 * @throws UnknownValueError where a policy is unknown in preview, so that it can't be told
 */
function denies(stack: Stack, namespace: string, direction: Direction): boolean {
    const network = Network.of(stack);
    const anyone = network.anyPod(namespace);
    if (network.isolation(anyone, direction) === "yes") {
        return !network.oneWay(anyone, ANYWHERE, direction).every(({ verdict }) => verdict === "allowed");
    }
    const doubt = network.doubt(anyone);
    if (doubt !== undefined) {
        throw doubt;
    }
    return false;
}
