import { loadBalancersUseTls } from "../../../../policies/controls/network/load-balancers-use-tls";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const CERTIFICATE = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert";
const message = `metadata.annotations name no certificate for the load balancer. Add that of the cloud in use, e.g. ${CERTIFICATE}.`;

describeControl(loadBalancersUseTls, {
    refused: {
        "a load balancer without a certificate": { object: service({ type: "LoadBalancer" }), message },
        "a load balancer with an empty annotation": {
            object: service({ type: "LoadBalancer" }, { annotations: { [CERTIFICATE]: "" } }),
            message,
        },
    },
    allowed: {
        "a load balancer with a certificate": {
            object: service(
                { type: "LoadBalancer" },
                { annotations: { [CERTIFICATE]: "arn:aws:acm:eu:1:certificate/a" } },
            ),
        },
        "a Service inside the cluster": { object: service() },
    },
});
