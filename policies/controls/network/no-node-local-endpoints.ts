import { isNodeLocal } from "../../kubernetes/addresses";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";
import { show } from "../../text";

export const noNodeLocalEndpoints = objectControl({
    name: "no-node-local-endpoints",
    description: "No endpoint is a loopback or link-local address.",
    why: "A Service that points at the node's own addresses reaches its kubelet, its proxies and its cloud metadata (CVE-2021-25737).",
    severity: "high",
    covers: ["net.endpoints"],
    frameworks: [...mitre("T1552.005", "T1557"), ...nist("SC-7", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "List addresses of pods or of hosts outside the cluster, or let a selector do it.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["Endpoints", "discovery.k8s.io/EndpointSlice"],
    *check(object) {
        for (const { path, address } of addressesOf(object)) {
            if (isNodeLocal(address)) {
                yield {
                    path,
                    message: `${path} is "${address}", an address of the node itself. List addresses of pods or outside hosts.`,
                };
            }
        }
    },
    admission: {
        none: "Endpoints are written by the cluster's own controllers all the time; a webhook there slows every Service.",
    },
});

function addressesOf(object: KubeObject): readonly { readonly path: string; readonly address: string }[] {
    if (object.kind === "EndpointSlice") {
        return list(object.body["endpoints"]).flatMap((endpoint, index) =>
            strings(obj(endpoint)["addresses"]).map((address, at) => ({
                path: `${object.prefix}endpoints[${index}].addresses[${at}]`,
                address,
            })),
        );
    }
    return list(object.body["subsets"]).flatMap((subset, index) =>
        ["addresses", "notReadyAddresses"].flatMap((field) =>
            list(obj(subset)[field]).map((address, at) => ({
                path: `${object.prefix}subsets[${index}].${field}[${at}].ip`,
                address: show(obj(address)["ip"]),
            })),
        ),
    );
}
