import { ingressUsesTls } from "../../../../policies/controls/network/ingress-uses-tls";
import { describeControl } from "../../../support/control-suite";
import { ingress, ingressRule } from "../../../support/objects";

const route = (spec: object) => ({
    apiVersion: "route.openshift.io/v1",
    kind: "Route",
    metadata: { name: "web", namespace: "shop" },
    spec: { to: { kind: "Service", name: "web" }, ...spec },
});
const custom = (apiVersion: string, kind: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name: "web", namespace: "shop" },
    spec,
});
const traefik = (spec: object) => custom("traefik.io/v1alpha1", "IngressRoute", spec);
const plain = (name: string, value: string): string =>
    `metadata.annotations["${name}"] is "${value}", so plain HTTP is served as well. Remove it.`;

const CERTIFICATE = "alb.ingress.kubernetes.io/certificate-arn";
const LISTENERS = "alb.ingress.kubernetes.io/listen-ports";
const annotated = (ingressClassName: string, annotations: object) =>
    ingress({ tls: undefined, ingressClassName }, { annotations });

describeControl(ingressUsesTls, {
    refused: {
        "an Ingress without TLS": {
            object: ingress({ tls: undefined }),
            message: "spec.tls is unset. Name the hosts and the Secret of their certificate.",
        },
        "a certificate by the annotation of another controller than the one named": {
            object: annotated("nginx", { [CERTIFICATE]: "arn" }),
            message: "spec.tls is unset. Name the hosts and the Secret of their certificate.",
        },
        "a load balancer that serves plain HTTP beside its certificate": {
            object: annotated("alb", { [CERTIFICATE]: "arn", [LISTENERS]: '[{"HTTP": 80}, {"HTTPS": 443}]' }),
            message: "spec.tls is unset. Name the hosts and the Secret of their certificate.",
        },
        "an Ingress of the first beta version": {
            object: { ...ingress({ tls: [] }), apiVersion: "extensions/v1beta1" },
            message: "spec.tls is unset. Name the hosts and the Secret of their certificate.",
        },
        "a host that has no certificate": {
            object: ingress({ rules: [ingressRule("shop.example.org"), ingressRule("api.example.org")] }),
            message: `spec.rules[1].host is "api.example.org", which no entry of spec.tls names. Add it there.`,
        },
        "a host below the one that a wildcard covers": {
            object: ingress({ tls: [{ hosts: ["*.example.org"] }], rules: [ingressRule("a.b.example.org")] }),
            message: `spec.rules[0].host is "a.b.example.org", which no entry of spec.tls names. Add it there.`,
        },
        "plain HTTP beside TLS": {
            object: ingress({}, { annotations: { "nginx.ingress.kubernetes.io/ssl-redirect": "false" } }),
            message: plain("nginx.ingress.kubernetes.io/ssl-redirect", "false"),
        },
        "plain HTTP that is asked for": {
            object: ingress({}, { annotations: { "kubernetes.io/ingress.allow-http": "true" } }),
            message: plain("kubernetes.io/ingress.allow-http", "true"),
        },
        "a route of Traefik's in the clear": {
            stack: [traefik({ entryPoints: ["web"] }), traefik({ entryPoints: ["web", "websecure"] }), traefik({})],
            message: Array(3).fill(
                "spec.tls is unset. Name the certificate's Secret, or {} for the default certificate.",
            ),
        },
        "a proxy of Contour's in the clear": {
            object: custom("projectcontour.io/v1", "HTTPProxy", {
                virtualhost: { fqdn: "shop.example.org" },
                routes: [{ permitInsecure: true }],
            }),
            message: [
                "spec.virtualhost.tls is unset. Name the certificate's Secret.",
                "spec.routes[0].permitInsecure is true, so plain HTTP is served as well. Remove it.",
            ],
        },
        "a virtual server of NGINX's in the clear": {
            object: custom("k8s.nginx.org/v1", "VirtualServer", { host: "shop.example.org" }),
            message: "spec.tls is unset. Name the certificate's Secret.",
        },
        "a Route that serves plain HTTP as well": {
            object: route({ tls: { termination: "edge", insecureEdgeTerminationPolicy: "Allow" } }),
            message:
                'spec.tls.insecureEdgeTerminationPolicy is "Allow", so plain HTTP is served as well. Set it to Redirect.',
        },
        "a Route without TLS": {
            object: route({}),
            message: "spec.tls is unset. Set its termination to edge or reencrypt.",
        },
    },
    allowed: {
        "a certificate by the annotation of the controller named": {
            stack: [
                annotated("alb", { [CERTIFICATE]: "arn", [LISTENERS]: '[{"HTTPS":443}]' }),
                annotated("alb", { [CERTIFICATE]: "arn" }),
                annotated("azure-application-gateway", {
                    "appgw.ingress.kubernetes.io/appgw-ssl-certificate": "web",
                }),
                ingress(
                    { tls: undefined, ingressClassName: undefined },
                    {
                        annotations: {
                            "kubernetes.io/ingress.class": "gce",
                            "networking.gke.io/managed-certificates": "web",
                        },
                    },
                ),
            ],
        },
        "plain HTTP that the load balancer redirects": {
            object: annotated("alb", {
                [CERTIFICATE]: "arn",
                [LISTENERS]: '[{"HTTP": 80}, {"HTTPS": 443}]',
                "alb.ingress.kubernetes.io/ssl-redirect": "443",
            }),
        },
        "an Ingress with TLS for its host": { object: ingress() },
        "an Ingress with TLS for every host": { object: ingress({ tls: [{}] }) },
        "a wildcard certificate": { object: ingress({ tls: [{ hosts: ["*.example.org"], secretName: "web" }] }) },
        "a rule for every host": { object: ingress({ rules: [ingressRule(undefined)] }) },
        "an Ingress that declines plain HTTP": {
            object: ingress({}, { annotations: { "kubernetes.io/ingress.allow-http": "false" } }),
        },
        "routes of Traefik's by TLS, or that only redirect to it": {
            stack: [
                traefik({ tls: {} }),
                traefik({ entryPoints: ["websecure"] }),
                traefik({ entryPoints: ["web"], routes: [{ middlewares: [{ name: "redirect-https" }] }] }),
            ],
        },
        "proxies of Contour's by TLS, and what they include": {
            stack: [
                custom("projectcontour.io/v1", "HTTPProxy", { virtualhost: { tls: { secretName: "web" } } }),
                custom("projectcontour.io/v1", "HTTPProxy", { routes: [{}] }),
            ],
        },
        "a virtual server of NGINX's by TLS": {
            object: custom("k8s.nginx.org/v1", "VirtualServer", { tls: { secret: "web" } }),
        },
        "a Route that redirects": {
            object: route({ tls: { termination: "edge", insecureEdgeTerminationPolicy: "Redirect" } }),
        },
        "a Route with TLS": { object: route({ tls: { termination: "edge" } }) },
    },
});
