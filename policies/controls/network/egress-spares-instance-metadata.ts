import { ALLOWED, texts } from "../../engine/cel";
import { inRange } from "../../kubernetes/addresses";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str, strings } from "../../kubernetes/kube";
import { allowRules, NETWORK_POLICY_KINDS, policyOf } from "../../kubernetes/network";

/** Where clouds serve a node's credentials to whoever asks from the node: AWS, Azure, GCP and most others, AWS over IPv6, Alibaba. */
const METADATA = ["169.254.169.254", "fd00:ec2::254", "100.100.100.200"];

export const egressSparesInstanceMetadata = objectControl({
    name: "egress-spares-instance-metadata",
    description: "No NetworkPolicy lets pods reach the cloud's instance metadata.",
    why: "The metadata service hands the node's cloud credentials to any process that asks.",
    severity: "high",
    covers: ["net.egress-imds"],
    frameworks: [...mitre("T1552.005"), ...nist("SC-7", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Put the metadata address under except of the ipBlock, or name narrower ranges.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: NETWORK_POLICY_KINDS,
    *check(object) {
        for (const rule of allowRules(policyOf(object)).filter(({ direction }) => direction === "Egress")) {
            if (rule.peers.length === 0 && (rule.ports.length === 0 || rule.ports.some(opensHttp))) {
                yield {
                    path: rule.path,
                    message: `${rule.path} allows every address, the instance metadata's (${METADATA[0]}) too. Name the peers.`,
                };
            }
            for (const [index, peer] of rule.peers.entries()) {
                const block = obj(obj(peer)["ipBlock"]);
                const cidr = str(block["cidr"]);
                const except = strings(block["except"]);
                const reached = METADATA.filter((address) => inRange(cidr, address));
                // Who leaves one of them out has thought of it, and knows which cloud it is.
                const isSpared = reached.some((address) => except.some((range) => inRange(range, address)));
                if (reached[0] !== undefined && !isSpared) {
                    const path = `${rule.path}.to[${index}].ipBlock`;
                    yield {
                        path,
                        message: `${path} holds ${reached[0]}, the cloud's instance metadata (cidr "${cidr}"). Put it under except.`,
                    };
                }
            }
        }
    },
    admission: {
        expression: `variables.allowed.filter(r, r.egress).all(r,
 (size(r.peers) > 0 || (size(r.ports) > 0 && !r.ports.exists(p, p.?protocol.orValue('TCP') == 'TCP' &&
  (!has(p.port) || (type(p.port) == int && p.port <= 80 && p.?endPort.orValue(p.port) >= 80))))) &&
 r.peers.filter(p, has(p.ipBlock)).all(p,
  !${texts(METADATA)}.exists(a, cidr(p.ipBlock.cidr).containsIP(a)) ||
  ${texts(METADATA)}.exists(a, cidr(p.ipBlock.cidr).containsIP(a) &&
   p.ipBlock.?except.orValue([]).exists(e, cidr(e).containsIP(a)))))`,
        variables: ALLOWED,
    },
});

/** Says whether a port of a rule is that of plain HTTP, on which every cloud serves its metadata. */
function opensHttp(port: unknown): boolean {
    const { port: first, endPort, protocol } = obj(port);
    const isTcp = (protocol ?? "TCP") === "TCP";
    return isTcp && (first === undefined || first === null || (Number(first) <= 80 && Number(endPort ?? first) >= 80));
}
