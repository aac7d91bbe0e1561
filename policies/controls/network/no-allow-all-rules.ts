import { ALLOWED } from "../../engine/cel";
import { isWorldRange } from "../../kubernetes/addresses";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { isObj, obj, str } from "../../kubernetes/kube";
import {
    allowRules,
    allowsEverything,
    isEmptySelector,
    NETWORK_POLICY_KINDS,
    policyOf,
} from "../../kubernetes/network";

export const noAllowAllRules = objectControl({
    name: "no-allow-all-rules",
    description: "No NetworkPolicy rule allows every peer.",
    why: "Policies add up: one rule that allows everything undoes every other policy of the pods it selects.",
    severity: "high",
    covers: ["net.policy-empty-selector"],
    frameworks: [
        ...cis("5.3.2"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1046"),
        ...nist("SC-7", "SC-7(5)", "AC-4"),
        ...soc2("CC6.6"),
        ...checklist("NET-3", "PRE-2"),
    ],
    remediation: "Name the peers by podSelector and namespaceSelector or by range, and the ports.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: NETWORK_POLICY_KINDS,
    *check(object) {
        for (const rule of allowRules(policyOf(object))) {
            if (allowsEverything(rule)) {
                yield {
                    path: rule.path,
                    message: `${rule.path} names neither peers nor ports, so it allows everything. Name the peers and the ports.`,
                };
            }
            for (const [index, peer] of rule.peers.entries()) {
                const cidr = str(obj(obj(peer)["ipBlock"])["cidr"]);
                const path = `${rule.path}.${rule.peersField}[${index}]`;
                if (rule.ports.length === 0 && isWorldRange(cidr)) {
                    yield {
                        path: `${path}.ipBlock.cidr`,
                        message: `${path}.ipBlock.cidr is "${cidr}" on every port. Name the ranges or the ports.`,
                    };
                } else if (rule.ports.length === 0 && selectsCluster(obj(peer))) {
                    yield {
                        path,
                        message: `${path} selects every pod of every namespace, on every port. Name the pods or the ports.`,
                    };
                } else if (Object.keys(obj(peer)).length === 0) {
                    yield { path, message: `${path} is empty, which the API server refuses. Name the peer.` };
                }
            }
        }
    },
    admission: {
        expression: `variables.allowed.all(r, size(r.ports) > 0 || (size(r.peers) > 0 && r.peers.all(p,
 !(has(p.ipBlock) && p.ipBlock.cidr.endsWith('/0')) &&
 !(has(p.namespaceSelector) && ${["namespaceSelector", "podSelector"].map(isEmpty).join(" && ")}))))`,
        variables: ALLOWED,
    },
});

/** An empty namespaceSelector is every namespace, with an empty podSelector or none every pod in it. */
function selectsCluster(peer: Body): boolean {
    const { namespaceSelector, podSelector } = peer;
    return isObj(namespaceSelector) && isEmptySelector(namespaceSelector) && isEmptySelector(podSelector);
}

function isEmpty(selector: string): string {
    return ["matchLabels.orValue({})", "matchExpressions.orValue([])"]
        .map((field) => `size(p.?${selector}.?${field}) == 0`)
        .join(" && ");
}
