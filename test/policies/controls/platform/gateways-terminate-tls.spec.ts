import { gatewaysTerminateTls } from "../../../../policies/controls/platform/gateways-terminate-tls";
import { describeControl } from "../../../support/control-suite";

const certificate = { tls: { mode: "Terminate", certificateRefs: [{ name: "shop-tls" }] } };
const gateway = (...listeners: object[]) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "shield", namespace: "shop" },
    spec: { listeners },
});
const https = { name: "https", protocol: "HTTPS", port: 443, hostname: "shop.example.org", ...certificate };
const host = (index: number, value: string) =>
    `spec.listeners[${index}].hostname is "${value}", so the listener takes names that nobody chose. Name the host.`;

describeControl(gatewaysTerminateTls, {
    refused: {
        "a listener of bytes in the clear": {
            object: gateway({ ...https, name: "db", protocol: "TCP" }),
            message: 'spec.listeners[0].protocol is "TCP" (listener "db"). Use TLS.',
        },
        "a listener without a certificate": {
            object: gateway({ ...https, tls: { mode: "Terminate" } }),
            message: `spec.listeners[0].tls.certificateRefs is empty (listener "https"). Name the certificate's Secret.`,
        },
        "a listener for any name": { object: gateway(https, { ...https, hostname: undefined }), message: host(1, "") },
        "a listener for a wildcard": {
            object: gateway({ ...https, hostname: "*.example.org" }),
            message: host(0, "*.example.org"),
        },
    },
    allowed: {
        "a listener with TLS, a certificate and a name": { object: gateway(https) },
        "a listener of plain HTTP, which may only redirect": {
            object: gateway({ ...https, name: "http", protocol: "HTTP", tls: undefined }),
        },
        "a listener that passes TLS through": {
            object: gateway({ ...https, protocol: "TLS", tls: { mode: "Passthrough" } }),
        },
        "a gateway without listeners": { object: gateway() },
    },
});
