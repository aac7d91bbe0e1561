import { clientAddressesAreKept } from "../../../../policies/controls/network/client-addresses-are-kept";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

describeControl(clientAddressesAreKept, {
    refused: {
        "a load balancer that says nothing": {
            object: service({ type: "LoadBalancer" }),
            message: `spec.externalTrafficPolicy is unset, which means "Cluster". Set it to "Local".`,
        },
        "a node port that hides its clients": {
            object: service({ type: "NodePort", externalTrafficPolicy: "Cluster" }),
            message: `spec.externalTrafficPolicy is "Cluster". Set it to "Local".`,
        },
    },
    allowed: {
        "a load balancer that keeps them": {
            object: service({ type: "LoadBalancer", externalTrafficPolicy: "Local" }),
        },
        "a Service inside the cluster": { object: service() },
    },
});
