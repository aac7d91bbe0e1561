import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { IS_INTERNAL, isInternal } from "../../kubernetes/load-balancers";

export const noLoadBalancers = objectControl({
    name: "no-load-balancers",
    description: "No Service asks for a load balancer of its own that the Internet reaches.",
    why: "Each load balancer is a new address on the outside, without the limits, logs and TLS of the one front door.",
    severity: "medium",
    covers: ["net.loadbalancer"],
    frameworks: [
        ...nsa("Network separation and hardening"),
        ...mitre("T1133", "T1190"),
        ...nist("SC-7"),
        ...soc2("CC6.6"),
        ...checklist("NET-3", "NET-5"),
    ],
    remediation:
        "Use type ClusterIP and publish it through the platform's Ingress or Gateway, or annotate the Service so that the cloud makes the load balancer an internal one.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["Service"],
    *check(service) {
        const path = `${service.prefix}spec.type`;
        if (obj(service.body["spec"])["type"] === "LoadBalancer" && !isInternal(service.annotations)) {
            yield {
                path,
                message: `${path} is "LoadBalancer". Use "ClusterIP" behind the platform's Ingress or Gateway.`,
            };
        }
    },
    admission: { expression: `!has(object.spec.type) || object.spec.type != 'LoadBalancer' || (${IS_INTERNAL})` },
});
