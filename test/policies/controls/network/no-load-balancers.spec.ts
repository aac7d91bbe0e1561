import { noLoadBalancers } from "../../../../policies/controls/network/no-load-balancers";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

describeControl(noLoadBalancers, {
    refused: {
        "a load balancer": {
            object: service({ type: "LoadBalancer" }),
            message: `spec.type is "LoadBalancer". Use "ClusterIP" behind the platform's Ingress or Gateway.`,
        },
    },
    allowed: {
        "a Service inside the cluster": { object: service({ type: "ClusterIP" }) },
        "a Service without a type": { object: service() },
    },
});
