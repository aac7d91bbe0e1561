import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";
import { isUnselective, isWorldwide } from "../../kubernetes/breadth";

export const noAllowAllAdminPolicies = objectControl({
    name: "no-allow-all-admin-policies",
    description: "No cluster-wide network policy allows every peer.",
    why: "An administrator's allow comes before every NetworkPolicy: no namespace can close what it opens.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1046"), ...nist("SC-7", "SC-7(5)", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Name the peers and the ports, or use Pass to leave the choice to the namespace.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: [
        "policy.networking.k8s.io/AdminNetworkPolicy",
        "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
        "policy.networking.k8s.io/ClusterNetworkPolicy",
    ],
    *check(object) {
        const spec = obj(object.body["spec"]);
        for (const [field, peersField] of [
            ["ingress", "from"],
            ["egress", "to"],
        ] as const) {
            for (const [index, rule] of list(spec[field]).entries()) {
                yield* ruleFaults(`${object.prefix}spec.${field}[${index}]`, obj(rule), peersField);
            }
        }
    },
    admission: { none: "The kinds are custom resources whose schema differs between clusters." },
});

function* ruleFaults(path: string, rule: Body, peersField: "from" | "to"): Iterable<Fault> {
    const bounded = list(rule["ports"]).length > 0 || list(rule["protocols"]).length > 0;
    if (!["Allow", "Accept"].includes(str(rule["action"])) || bounded) {
        return;
    }
    for (const [index, entry] of list(rule[peersField]).entries()) {
        const peer = obj(entry);
        const all =
            (peer["namespaces"] !== undefined && isUnselective(peer["namespaces"])) ||
            (peer["pods"] !== undefined &&
                isUnselective(obj(peer["pods"])["namespaceSelector"]) &&
                isUnselective(obj(peer["pods"])["podSelector"])) ||
            isWorldwide(strings(peer["networks"]).map((cidr) => ({ cidr, except: [] })));
        if (all) {
            const at = `${path}.${peersField}[${index}]`;
            yield { path: at, message: `${at} is every peer, on every port. Name the peers or the ports.` };
        }
    }
}
