import { ALLOWED } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, nsa } from "../../engine/frameworks";
import { obj, str, strings } from "../../kubernetes/kube";
import { allowRules, isNetworkPolicy, policyOf } from "../../kubernetes/network";

export const noPolicyForEveryAddress = objectControl({
    name: "no-policy-for-every-address",
    description: "No network policy opens every address.",
    why: "An egress to 0.0.0.0/0 lets stolen data out and the cloud's metadata service in.",
    severity: "high",
    covers: [],
    frameworks: [
        ...nist("SC-7", "AC-4"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1041", "T1552.005"),
        ...checklist("NET-3"),
    ],
    remediation: "Name the address ranges, or except the private and link-local ones.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["networking.k8s.io/NetworkPolicy"],
    *check(object) {
        if (!isNetworkPolicy(object)) {
            return;
        }
        for (const rule of allowRules(policyOf(object))) {
            for (const [index, peer] of rule.peers.entries()) {
                const block = obj(obj(peer)["ipBlock"]);
                const cidr = str(block["cidr"]);
                if (/\/0+$/.test(cidr) && strings(block["except"]).length === 0) {
                    const path = `${rule.path}.${rule.peersField}[${index}].ipBlock.cidr`;
                    yield { path, message: `${path} is "${cidr}", which is every address. Name the ranges.` };
                }
            }
        }
    },
    admission: {
        expression:
            "variables.allowed.all(r, r.peers.all(p, !has(p.ipBlock) || !p.ipBlock.cidr.endsWith('/0') || size(p.ipBlock.?except.orValue([])) > 0))",
        variables: ALLOWED,
    },
});
