import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { show } from "../../text";

/** Annotations that name the certificate of a cloud's load balancer. */
const CERTIFICATES = [
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    "service.beta.kubernetes.io/do-loadbalancer-certificate-id",
    "service.beta.kubernetes.io/do-loadbalancer-tls-passthrough",
    "service.beta.kubernetes.io/oci-load-balancer-tls-secret",
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-cert-id",
    "service.beta.kubernetes.io/scw-loadbalancer-certificate-ids",
    "load-balancer.hetzner.cloud/http-certificates",
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-vpc-ssl-cert",
];

export const loadBalancersUseTls = objectControl({
    name: "load-balancers-use-tls",
    description: "Every cloud load balancer has a certificate.",
    why: "A load balancer without one hands on what it gets in plain text, as far as the platform can tell.",
    severity: "medium",
    enforcement: "advisory", // A workload may end TLS itself, which the Service does not show.
    covers: ["net.lb-tls"],
    frameworks: [...mitre("T1557"), ...nist("SC-8"), ...soc2("CC6.7"), ...checklist("SEC-6")],
    remediation:
        "Annotate the Service with the cloud's certificate, e.g. service.beta.kubernetes.io/aws-load-balancer-ssl-cert.",
    profiles: [],
    kinds: ["Service"],
    *check(service) {
        const isLoadBalancer = obj(service.body["spec"])["type"] === "LoadBalancer";
        if (isLoadBalancer && !CERTIFICATES.some((name) => show(service.annotations[name] ?? "") !== "")) {
            const path = `${service.prefix}metadata.annotations`;
            yield {
                path,
                message: `${path} name no certificate for the load balancer. Add that of the cloud in use, e.g. ${CERTIFICATES[0]}.`,
                absent: true,
            };
        }
    },
    admission: { none: "Each cloud has an annotation of its own, and a workload may end TLS itself." },
});
