import { gatewayListenersUseTls } from "../../../../policies/controls/network/gateway-listeners-use-tls";
import { describeControl } from "../../../support/control-suite";

const api = { apiVersion: "gateway.networking.k8s.io/v1" };
const gateway = (...listeners: object[]) => ({
    ...api,
    kind: "Gateway",
    metadata: { name: "front", namespace: "edge" },
    spec: { gatewayClassName: "shared", listeners },
});
const http = { name: "http", protocol: "HTTP", port: 80 };
const https = { name: "https", protocol: "HTTPS", port: 443 };
const route = (sectionName: string | undefined, rule: object) => ({
    ...api,
    kind: "HTTPRoute",
    metadata: { name: "web", namespace: "shop" },
    spec: { parentRefs: [{ name: "front", namespace: "edge", sectionName }], rules: [rule] },
});
const redirect = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] };
const backend = { backendRefs: [{ name: "web", port: 80 }] };
const message = (index: number): string =>
    `spec.listeners[${index}].protocol is "HTTP" (listener "http"). Set it to "HTTPS" and name the certificate.`;

describeControl(gatewayListenersUseTls, {
    refused: {
        "a listener for plain HTTP": { object: gateway(https, http), message: message(1) },
        "a listener for plain HTTP with a route to a backend": {
            stack: [gateway(http), route("http", backend)],
            message: message(0),
        },
        "a redirect that hangs on another listener": {
            stack: [gateway(http, https), route("https", redirect)],
            message: message(0),
        },
    },
    allowed: {
        "a listener for HTTPS": { object: gateway(https) },
        "a listener that only redirects": { stack: [gateway(http, https), route("http", redirect)] },
        "a gateway of a mesh": { object: { ...gateway(http), apiVersion: "networking.istio.io/v1" } },
    },
});
