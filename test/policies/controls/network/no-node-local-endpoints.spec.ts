import { noNodeLocalEndpoints } from "../../../../policies/controls/network/no-node-local-endpoints";
import { describeControl } from "../../../support/control-suite";

const metadata = { name: "web", namespace: "shop" };
const slice = (...addresses: string[]) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata,
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.7"] }, { addresses }],
});
const endpoints = (subset: object) => ({ apiVersion: "v1", kind: "Endpoints", metadata, subsets: [subset] });
const message = (path: string, address: string): string =>
    `${path} is "${address}", an address of the node itself. List addresses of pods or outside hosts.`;

describeControl(noNodeLocalEndpoints, {
    refused: {
        "a loopback address": {
            object: slice("10.0.0.8", "127.0.0.1"),
            message: message("endpoints[1].addresses[1]", "127.0.0.1"),
        },
        "the metadata address in Endpoints": {
            object: endpoints({ addresses: [{ ip: "169.254.169.254" }] }),
            message: message("subsets[0].addresses[0].ip", "169.254.169.254"),
        },
        "a loopback address that is not ready": {
            object: endpoints({ notReadyAddresses: [{ ip: "::1" }] }),
            message: message("subsets[0].notReadyAddresses[0].ip", "::1"),
        },
    },
    allowed: {
        "addresses of pods": { object: slice("10.0.0.8") },
        "Endpoints of a host outside": { object: endpoints({ addresses: [{ ip: "192.0.2.1" }] }) },
        "no endpoints": { stack: [{ ...slice(), endpoints: null }, endpoints({})] },
    },
});
