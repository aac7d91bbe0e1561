import { loadBalancerSourcesLimited } from "../../../../policies/controls/network/load-balancer-sources-limited";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const open = service({ type: "LoadBalancer" });
const from = (...loadBalancerSourceRanges: string[]) => service({ type: "LoadBalancer", loadBalancerSourceRanges });

describeControl(loadBalancerSourcesLimited, {
    refused: {
        "a load balancer for everybody": {
            object: open,
            message: "spec.loadBalancerSourceRanges is unset, so every address may connect. List the clients'.",
        },
        "a range that holds every address": {
            object: from("192.0.2.0/24", "0.0.0.0/0"),
            message: `spec.loadBalancerSourceRanges[1] is "0.0.0.0/0": every address. List the clients'.`,
        },
    },
    allowed: {
        "an internal load balancer": {
            object: service(
                { type: "LoadBalancer" },
                { annotations: { "networking.gke.io/load-balancer-type": "Internal" } },
            ),
        },
        "a load balancer for some": { object: from("192.0.2.0/24") },
        "a Service inside the cluster": { object: service() },
    },
});
