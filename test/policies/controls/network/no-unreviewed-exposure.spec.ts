import { noUnreviewedExposure } from "../../../../policies/controls/network/no-unreviewed-exposure";
import { describeControl } from "../../../support/control-suite";
import { ingress, ingressRule, pod, service } from "../../../support/objects";

const route = (backend: object) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "web", namespace: "edge" },
    spec: { rules: [{ backendRefs: [backend] }] },
});
const istio = (gateways: readonly string[], host: string) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "web", namespace: "edge" },
    spec: { gateways, http: [{ route: [{ destination: { host } }] }] },
});
const message = (by: string): string =>
    `${by} publishes Pod shop/web through Service shop/web. Review it and record who did.`;

describeControl(noUnreviewedExposure, {
    refused: {
        "an Ingress to a workload": { stack: [pod(), service(), ingress()], message: message("Ingress shop/web") },
        "a default backend": {
            stack: [pod(), service(), ingress({ rules: [], defaultBackend: { service: { name: "web" } } })],
            message: message("Ingress shop/web"),
        },
        "a route of a Gateway from another namespace": {
            stack: [pod(), service(), route({ name: "web", namespace: "shop", port: 80 })],
            message: message("HTTPRoute edge/web"),
        },
        "a route of Istio's gateway": {
            stack: [pod(), service(), istio(["edge/front"], "web.shop.svc.cluster.local")],
            message: message("VirtualService edge/web"),
        },
    },
    allowed: {
        "a route of the mesh alone": { stack: [pod(), service(), istio(["mesh"], "web")] },
        "a Service inside the cluster": { stack: [pod(), service()] },
        "an Ingress to a Service that is not there": {
            stack: [pod(), service(), ingress({ rules: [ingressRule("a.example.org", "/", "api")] })],
        },
        "an Ingress to a Service without pods": { stack: [service(), ingress()] },
        "a route to something that is no Service": {
            stack: [pod(), service(), route({ kind: "Bucket", name: "web", namespace: "shop" })],
        },
    },
    unknown: { document: 1, path: "spec.selector" },
});
