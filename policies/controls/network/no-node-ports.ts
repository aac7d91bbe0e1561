import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

export const noNodePorts = objectControl({
    name: "no-node-ports",
    description: "No Service opens a port on every node.",
    why: "A node port is reachable on every node's address, past the Ingress, its TLS and its authentication.",
    severity: "medium",
    covers: ["net.nodeport", "net.loadbalancer"],
    frameworks: [
        ...nsa("Network separation and hardening"),
        ...mitre("T1133", "T1190"),
        ...nist("SC-7", "CM-7"),
        ...soc2("CC6.6"),
        ...checklist("NET-3"),
    ],
    remediation: "Use type ClusterIP behind an Ingress or Gateway.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["Service"],
    *check(service) {
        const path = `${service.prefix}spec.type`;
        if (obj(service.body["spec"])["type"] === "NodePort") {
            yield {
                path,
                message: `${path} is "NodePort". Use "ClusterIP" behind an Ingress or Gateway.`,
                fix: setField(service, path, "ClusterIP"),
            };
        }
    },
    admission: { expression: "!has(object.spec.type) || object.spec.type != 'NodePort'" },
});
