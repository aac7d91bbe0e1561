import { BlockList } from "node:net";

import { rangeOf } from "../kubernetes/addresses";
import { ingressClass, isIngress } from "../kubernetes/ingress";
import type { Body, KubeObject } from "../kubernetes/kube";
import { list, obj, str, strings } from "../kubernetes/kube";
import { isInternal, isInternalIngress } from "../kubernetes/load-balancers";
import type { PodView } from "../kubernetes/pods";
import type { Party } from "../kubernetes/network";
import { addressParty, ANYWHERE, Network } from "../kubernetes/network";
import type { Stack } from "../kubernetes/stack";

/** Ranges that no packet from the Internet comes from (RFC 1918, 4193, 6598, 1122, 3927, 4291), with their length. */
const PRIVATE: readonly (readonly [address: string, bits: number, family: "ipv4" | "ipv6"])[] = [
    ["10.0.0.0", 8, "ipv4"],
    ["172.16.0.0", 12, "ipv4"],
    ["192.168.0.0", 16, "ipv4"],
    ["100.64.0.0", 10, "ipv4"],
    ["127.0.0.0", 8, "ipv4"],
    ["169.254.0.0", 16, "ipv4"],
    ["fc00::", 7, "ipv6"],
    ["fe80::", 10, "ipv6"],
    ["::1", 128, "ipv6"],
];

/** Says whether addresses of the Internet lie in a range; of a text that is no range nobody can tell, so yes. */
function holdsPublicAddresses(cidr: string): boolean {
    const range = rangeOf(cidr);
    return (
        range === undefined ||
        !PRIVATE.some(([address, bits, family]) => {
            const block = new BlockList();
            block.addSubnet(address, bits, family);
            return range.family === family && range.bits >= bits && block.check(range.address, family);
        })
    );
}

/** A load balancer as a Service, or what stands for one, asks for it. */
function takesPublicClients(spec: Body, annotations: Body): boolean {
    const ranges = strings(spec["loadBalancerSourceRanges"]);
    return !isInternal(annotations) && (ranges.length === 0 || ranges.some(holdsPublicAddresses));
}

/** The field by which the Internet may reach a Service itself; undefined where it may not. */
export function publicField(service: KubeObject): string | undefined {
    const spec = obj(service.body["spec"]);
    switch (spec["type"]) {
        case "LoadBalancer":
            return takesPublicClients(spec, service.annotations) ? `${service.prefix}spec.type` : undefined;
        case "NodePort":
            return `${service.prefix}spec.type`;
        default:
            return strings(spec["externalIPs"]).some(holdsPublicAddresses)
                ? `${service.prefix}spec.externalIPs`
                : undefined;
    }
}

/** Says whether the Internet may reach what an Ingress or a route publishes, as far as the stack says. */
export function isPublished(stack: Stack, by: KubeObject): boolean {
    if (isIngress(by)) {
        return !isInternalIngress(by.annotations) && ingressClass(by) !== "gce-internal";
    }
    const parents = list(obj(by.body["spec"])["parentRefs"]).map(obj);
    const gateways = parents.map((parent) =>
        stack.find("Gateway", str(parent["namespace"]) || by.namespace, str(parent["name"])),
    );
    return gateways.length === 0 || gateways.some((gateway) => gateway === undefined || isPublic(stack, gateway));
}

/** A Gateway is as public as the Service that Envoy Gateway makes for it, and else for all that can be known. */
function isPublic(stack: Stack, gateway: KubeObject): boolean {
    const infrastructure = obj(obj(gateway.body["spec"])["infrastructure"]);
    const proxy = stack.find("EnvoyProxy", gateway.namespace, str(obj(infrastructure["parametersRef"])["name"]));
    const provider = obj(obj(proxy?.body["spec"])["provider"]);
    const service = obj(obj(provider["kubernetes"])["envoyService"]);
    return takesPublicClients(service, { ...obj(infrastructure["annotations"]), ...obj(service["annotations"]) });
}

/** Whoever is on the Internet, as the network's policies see them. */
const OUTSIDE: readonly Party[] = [
    addressParty(
        "0.0.0.0/0",
        PRIVATE.filter(([, , family]) => family === "ipv4").map(([address, bits]) => `${address}/${bits}`),
    ),
    addressParty(
        "::/0",
        PRIVATE.filter(([, , family]) => family === "ipv6").map(([address, bits]) => `${address}/${bits}`),
    ),
];

/**
 * Says whether the network lets requests from outside through to a pod, or may. `routed`: they come by way of a proxy in the
 * cluster, which any peer of a rule may be, since the proxy's own labels are mostly not known.
 */
export function admitsOutside(stack: Stack, pod: PodView, routed: boolean): boolean {
    const network = Network.of(stack);
    const parties = routed ? [ANYWHERE] : OUTSIDE;
    return parties.some((party) =>
        network.oneWay(network.party(pod), party, "Ingress").some(({ verdict }) => verdict !== "denied"),
    );
}
