import { ALLOWED, literal } from "../../engine/cel";
import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import {
    areMostPorts,
    blockOf,
    HALF_OF_ADDRESSES,
    HALF_OF_PORTS,
    isUnselective,
    isWorldwide,
    NAMESPACE_LABEL,
} from "../../kubernetes/breadth";
import type { Body } from "../../kubernetes/kube";
import { isObj, obj } from "../../kubernetes/kube";
import type { AllowRule } from "../../kubernetes/network";
import { allowRules, isEmptySelector, NETWORK_POLICY_KINDS, policyOf } from "../../kubernetes/network";

/** What `areMostPorts` says of a rule, in CEL. */
const MOST_PORTS = `size(r.ports) == 0 || ['TCP', 'UDP', 'SCTP'].exists(protocol,
  r.ports.filter(p, p.?protocol.orValue('TCP') == protocol).map(p, !has(p.port) ? 65535 :
   type(p.port) == int ? int(p.?endPort.orValue(p.port)) - int(p.port) + 1 : 1).sum() >= ${HALF_OF_PORTS})`;

/** The addresses of a range as `breadth.ts` counts them, in CEL. */
function sizeOf(range: string): string {
    const sizes = Array.from({ length: 33 }, (_, bits) => 2 ** (32 - bits)).join(", ");
    return `(cidr(${range}).prefixLength() > 32 ? 0 : [${sizes}][cidr(${range}).prefixLength()])`;
}

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
            const everyPort = areMostPorts(rule.ports);
            if (rule.peers.length === 0 && everyPort) {
                const what = rule.ports.length === 0 ? "neither peers nor ports" : "no peers, and most ports";
                yield {
                    path: rule.path,
                    message: `${rule.path} names ${what}, so it allows everything. Name the peers and the ports.`,
                };
            }
            yield* peerFaults(rule, everyPort);
        }
    },
    admission: {
        expression: `variables.allowed.all(r, !(${MOST_PORTS}) || (size(r.peers) > 0 &&
 !([4, 6].exists(family, r.peers.filter(p, has(p.ipBlock) && cidr(p.ipBlock.cidr).ip().family() == family)
  .map(p, ${sizeOf("p.ipBlock.cidr")} - p.ipBlock.?except.orValue([]).map(e, ${sizeOf("e")}).sum()).sum() >= ${HALF_OF_ADDRESSES})) &&
 r.peers.all(p, !(has(p.namespaceSelector) && ${["namespaceSelector", "podSelector"].map(isUnselectiveIn).join(" && ")}))))`,
        variables: ALLOWED,
    },
});

function* peerFaults(rule: AllowRule, everyPort: boolean): Iterable<Fault> {
    const on = rule.ports.length === 0 ? "on every port" : "on most ports";
    const blocks = rule.peers.flatMap((peer) => blockOf(peer) ?? []);
    const worldwide = everyPort && isWorldwide(blocks);
    for (const [index, peer] of rule.peers.entries()) {
        const block = blockOf(peer);
        const path = `${rule.path}.${rule.peersField}[${index}]`;
        if (block !== undefined && worldwide && isWorldwide([block])) {
            yield {
                path: `${path}.ipBlock.cidr`,
                message: `${path}.ipBlock.cidr is "${block.cidr}" ${on}. Name the ranges or the ports.`,
            };
        } else if (everyPort && selectsCluster(obj(peer))) {
            const who = isEmptySelector(obj(peer)["namespaceSelector"]) && isEmptySelector(obj(peer)["podSelector"]);
            yield {
                path,
                message: `${path} selects every pod of every namespace${who ? "" : " but those it leaves out"}, ${on}. Name the pods or the ports.`,
            };
        } else if (Object.keys(obj(peer)).length === 0) {
            yield { path, message: `${path} is empty, which the API server refuses. Name the peer.` };
        }
    }
    if (worldwide && !blocks.some((block) => isWorldwide([block]))) {
        const path = `${rule.path}.${rule.peersField}`;
        yield {
            path,
            message: `${path} holds most addresses there are by its ranges together, ${on}. Name the ranges or the ports.`,
        };
    }
}

/** Nothing is asked of namespaces, and nothing of the pods in them. */
function selectsCluster({ namespaceSelector, podSelector }: Body): boolean {
    return isObj(namespaceSelector) && isUnselective(namespaceSelector) && isUnselective(podSelector);
}

function isUnselectiveIn(selector: string): string {
    return [
        `size(p.?${selector}.?matchLabels.orValue({})) == 0`,
        `p.?${selector}.?matchExpressions.orValue([]).all(e, e.operator in ['NotIn', 'DoesNotExist'] || (e.operator == 'Exists' && e.key == ${literal(NAMESPACE_LABEL)}))`,
    ].join(" && ");
}
