import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { INGRESS_KINDS, ingressRules } from "../../kubernetes/ingress";

export const ingressNamesItsHosts = objectControl({
    name: "ingress-names-its-hosts",
    description: "Every rule of an Ingress names one host, without a wildcard.",
    why: "A rule for every host catches traffic that is meant for others, and lets anybody's name point at the service.",
    severity: "medium",
    covers: ["net.ingress-wildcard"],
    frameworks: [...mitre("T1557", "T1190"), ...nist("SC-7", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Write one rule for each host.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: INGRESS_KINDS,
    *check(ingress) {
        for (const { path, host } of ingressRules(ingress)) {
            if (host === "") {
                const at = `${path}.host`;
                yield { path: at, message: `${at} is unset, so the rule is for every host. Name the host.` };
            } else if (host.includes("*")) {
                yield { path: `${path}.host`, message: `${path}.host is "${host}". Name each host.` };
            }
        }
    },
    admission: {
        expression:
            "!has(object.spec.rules) || object.spec.rules.all(r, has(r.host) && r.host != '' && !r.host.contains('*'))",
    },
});
