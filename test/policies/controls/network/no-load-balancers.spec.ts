import { noLoadBalancers } from "../../../../policies/controls/network/no-load-balancers";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const annotated = (name: string, value: string, others: Record<string, string> = {}) => ({
    object: service({ type: "LoadBalancer" }, { annotations: { [name]: value, ...others } }),
});
const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";
const message = `spec.type is "LoadBalancer". Use "ClusterIP" behind the platform's Ingress or Gateway.`;

describeControl(noLoadBalancers, {
    refused: {
        "a load balancer": {
            object: service({ type: "LoadBalancer" }),
            message: `spec.type is "LoadBalancer". Use "ClusterIP" behind the platform's Ingress or Gateway.`,
        },
        "one that the cloud is told to publish, whatever else is annotated": {
            ...annotated("service.beta.kubernetes.io/aws-load-balancer-internal", "true", {
                [SCHEME]: "internet-facing",
            }),
            message,
        },
        "one that is not internal": {
            ...annotated("service.beta.kubernetes.io/azure-load-balancer-internal", "false"),
            message,
        },
        "a value that the cloud does not know": {
            ...annotated("networking.gke.io/load-balancer-type", "internal"),
            message,
        },
        "an annotation that is read on an Ingress alone": {
            ...annotated("alb.ingress.kubernetes.io/scheme", "internal"),
            message,
        },
        "an annotation that says nothing of the address": {
            ...annotated("metallb.io/address-pool", "internal"),
            message,
        },
    },
    allowed: {
        "an internal one of AWS": annotated(SCHEME, "internal"),
        "an internal one of AWS, in the older form": annotated(
            "service.beta.kubernetes.io/aws-load-balancer-internal",
            "true",
        ),
        "an internal one of Azure": annotated("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
        "an internal one of GKE": annotated("networking.gke.io/load-balancer-type", "Internal"),
        "an internal one of OpenStack": annotated(
            "service.beta.kubernetes.io/openstack-internal-load-balancer",
            "true",
        ),
        "an internal one of Hetzner": annotated("load-balancer.hetzner.cloud/disable-public-network", "true"),
        "an internal one of Alibaba": annotated(
            "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type",
            "intranet",
        ),
        "a Service inside the cluster": { object: service({ type: "ClusterIP" }) },
        "a Service without a type": { object: service() },
    },
});
