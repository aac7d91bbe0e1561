import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, strings } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

export const noExternalIps = objectControl({
    name: "no-external-ips",
    description: "No Service claims external IP addresses.",
    why: "Whoever names an address in externalIPs receives the cluster's traffic for it, whosever it is (CVE-2020-8554).",
    severity: "high",
    covers: ["net.external-ips"],
    frameworks: [...cis("1.2.3"), ...mitre("T1557"), ...nist("SC-7"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Remove spec.externalIPs and let a load balancer or Gateway assign addresses.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    params: {
        allowed: {
            type: "array",
            description: "Addresses that Services may claim.",
            items: { type: "string" },
            default: [],
        },
    },
    kinds: ["Service"],
    *check(service, { params }) {
        for (const [index, address] of strings(obj(service.body["spec"])["externalIPs"]).entries()) {
            if (!params.allowed.includes(address)) {
                const path = `${service.prefix}spec.externalIPs[${index}]`;
                yield {
                    path,
                    message: `${path} is "${address}". Remove it; a load balancer or Gateway assigns addresses.`,
                    fix: removeField(path),
                };
            }
        }
    },
    admission: { expression: "!has(object.spec.externalIPs) || size(object.spec.externalIPs) == 0" },
});
