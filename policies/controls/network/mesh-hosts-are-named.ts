import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str, strings } from "../../kubernetes/kube";

export const meshHostsAreNamed = objectControl({
    name: "mesh-hosts-are-named",
    description: "No VirtualService routes for a wildcard host, and no DestinationRule takes mutual TLS off one.",
    why: "A route for every host takes traffic that is meant for others, and a rule for every host turns TLS off for all of them.",
    severity: "medium",
    covers: ["net.mesh-wildcard"],
    frameworks: [...mitre("T1557"), ...nist("SC-7", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-4")],
    remediation: "Name each host.",
    profiles: ["x0tta6bl4"],
    kinds: ["networking.istio.io/VirtualService", "networking.istio.io/DestinationRule"],
    *check(object) {
        const spec = obj(object.body["spec"]);
        for (const [index, host] of strings(spec["hosts"]).entries()) {
            if (object.kind === "VirtualService" && host.includes("*")) {
                const path = `${object.prefix}spec.hosts[${index}]`;
                yield { path, message: `${path} is "${host}". Name each host.` };
            }
        }
        const host = str(spec["host"]);
        const mode = str(obj(obj(spec["trafficPolicy"])["tls"])["mode"]);
        if (object.kind === "DestinationRule" && host.includes("*") && ["DISABLE", "SIMPLE"].includes(mode)) {
            const path = `${object.prefix}spec.host`;
            yield { path, message: `${path} is "${host}" with TLS mode "${mode}". Name the host.` };
        }
    },
    admission: {
        expression:
            "object.kind == 'VirtualService' ? !object.?spec.?hosts.orValue([]).exists(h, h.contains('*')) : !object.?spec.?host.orValue('').contains('*') || !(object.?spec.?trafficPolicy.?tls.?mode.orValue('') in ['DISABLE', 'SIMPLE'])",
    },
});
