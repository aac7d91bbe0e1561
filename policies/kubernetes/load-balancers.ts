import type { Body } from "./kube";
import { show } from "../text";

/**
 * Annotations by which a cloud's controller gives a Service a load balancer that has no address on the Internet, with
 * the values that ask for it. From the documentation of each: the cloud providers of AWS (and its load balancer controller, whose
 * `scheme` goes before all others), Azure, GKE, OpenStack, Oracle, IBM, Alibaba, DigitalOcean, Scaleway, Hetzner and Yandex. What
 * isn't here, as the pools of MetalLB, says nothing of where the address lies, and counts as public.
 */
const INTERNAL: Readonly<Record<string, readonly string[]>> = {
    // The provider takes any text but `false`; these are the two that its documentation names.
    "service.beta.kubernetes.io/aws-load-balancer-internal": ["true", "0.0.0.0/0"],
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ["internal"],
    "service.beta.kubernetes.io/azure-load-balancer-internal": ["true"],
    "networking.gke.io/load-balancer-type": ["Internal"],
    "cloud.google.com/load-balancer-type": ["Internal"],
    "service.beta.kubernetes.io/openstack-internal-load-balancer": ["true"],
    "service.beta.kubernetes.io/oci-load-balancer-internal": ["true"],
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": ["private"],
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": ["intranet"],
    "service.beta.kubernetes.io/do-loadbalancer-network": ["INTERNAL"],
    "service.beta.kubernetes.io/scw-loadbalancer-private": ["true"],
    "load-balancer.hetzner.cloud/disable-public-network": ["true"],
    "yandex.cloud/load-balancer-type": ["internal"],
};

/** Annotations that decide by themselves wherever they stand, whatever else is annotated. */
const PUBLIC: Readonly<Record<string, readonly string[]>> = {
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ["internet-facing"],
};

/** Says whether annotations of a Service ask for a load balancer that only the cloud's own network reaches. */
export function isInternal(annotations: Body): boolean {
    const asks = (among: Readonly<Record<string, readonly string[]>>) =>
        Object.entries(among).some(([name, values]) => values.includes(show(annotations[name] ?? "")));
    return asks(INTERNAL) && !asks(PUBLIC);
}

/** The same of an Ingress, which AWS's load balancer controller takes the scheme of from an annotation that no Service has. */
export function isInternalIngress(annotations: Body): boolean {
    return annotations["alb.ingress.kubernetes.io/scheme"] === "internal";
}

/** The first in Common Expression Language, of `object`. */
export const IS_INTERNAL = `(${annotated(INTERNAL)}) && !(${annotated(PUBLIC)})`;

function annotated(among: Readonly<Record<string, readonly string[]>>): string {
    return Object.entries(among)
        .map(([name, values]) => `object.metadata.?annotations['${name}'].orValue('') in ${JSON.stringify(values)}`)
        .join(" || ");
}
