import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { isWorldRange } from "../../kubernetes/addresses";
import { obj, strings } from "../../kubernetes/kube";
import { IS_INTERNAL, isInternal } from "../../kubernetes/load-balancers";

export const loadBalancerSourcesLimited = objectControl({
    name: "load-balancer-sources-limited",
    description: "Every load balancer Service that the Internet may reach says from which addresses it may be reached.",
    why: "Without loadBalancerSourceRanges the whole internet reaches the Service and may flood it.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1190", "T1498"), ...nist("SC-5", "SC-7"), ...soc2("CC6.6"), ...checklist("NET-3", "NET-5")],
    remediation: "List the client ranges in spec.loadBalancerSourceRanges; only a public front door is open to all.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["Service"],
    *check(service) {
        const spec = obj(service.body["spec"]);
        if (service.group !== "" || spec["type"] !== "LoadBalancer" || isInternal(service.annotations)) {
            return;
        }
        const path = `${service.prefix}spec.loadBalancerSourceRanges`;
        const ranges = strings(spec["loadBalancerSourceRanges"]);
        if (ranges.length === 0) {
            yield { path, message: `${path} is unset, so every address may connect. List the clients'.`, absent: true };
        }
        for (const [index, range] of ranges.entries()) {
            if (isWorldRange(range)) {
                yield {
                    path: `${path}[${index}]`,
                    message: `${path}[${index}] is "${range}": every address. List the clients'.`,
                };
            }
        }
    },
    admission: {
        expression: `!has(object.spec.type) || object.spec.type != 'LoadBalancer' || (${IS_INTERNAL}) || (has(object.spec.loadBalancerSourceRanges) && size(object.spec.loadBalancerSourceRanges) > 0 && !object.spec.loadBalancerSourceRanges.exists(r, r.endsWith('/0')))`,
    },
});
