import { tlsVersionsAreCurrent } from "../../../../policies/controls/network/tls-versions-are-current";
import { describeControl } from "../../../support/control-suite";
import { configMap, ingress, service } from "../../../support/objects";

const traefik = (spec: object) => ({
    apiVersion: "traefik.io/v1alpha1",
    kind: "TLSOption",
    metadata: { name: "modern", namespace: "shop" },
    spec,
});
const consul = (tls: object) => ({
    apiVersion: "consul.hashicorp.com/v1alpha1",
    kind: "Mesh",
    metadata: { name: "mesh" },
    spec: { tls },
});
const gateway = (tls: object) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "front", namespace: "edge" },
    spec: { servers: [{ port: { number: 443 }, tls }] },
});

const custom = (apiVersion: string, kind: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name: "tls", namespace: "edge" },
    spec,
});
const ALB_POLICY = "alb.ingress.kubernetes.io/ssl-policy";
const NLB_POLICY = "service.beta.kubernetes.io/aws-load-balancer-ssl-negotiation-policy";

describeControl(tlsVersionsAreCurrent, {
    refused: {
        "an old version": {
            object: traefik({ minVersion: "VersionTLS11" }),
            message: `spec.minVersion is "VersionTLS11". Set it to TLS 1.2 or later.`,
        },
        "no version": { object: traefik({}), message: "spec.minVersion is unset. Set it to TLS 1.2 or later." },
        "one way of a mesh": {
            object: consul({ incoming: { tlsMinVersion: "TLSv1_2" }, outgoing: { tlsMinVersion: "TLSv1_0" } }),
            message: `spec.tls.outgoing.tlsMinVersion is "TLSv1_0". Set it to TLS 1.2 or later.`,
        },
        "an old version of a gateway": {
            object: gateway({ mode: "SIMPLE", minProtocolVersion: "TLSV1_1" }),
            message: `spec.servers[0].tls.minProtocolVersion is "TLSV1_1". Set it to TLS 1.2 or later.`,
        },
        "an old version of Envoy Gateway": {
            object: custom("gateway.envoyproxy.io/v1alpha1", "ClientTrafficPolicy", { tls: { minVersion: "1.0" } }),
            message: 'spec.tls.minVersion is "1.0". Set it to TLS 1.2 or later.',
        },
        "old versions of Emissary": {
            stack: [
                custom("getambassador.io/v3alpha1", "TLSContext", { min_tls_version: "v1.1" }),
                custom("getambassador.io/v3alpha1", "Host", { tls: { min_tls_version: "v1.0" } }),
            ],
            message: [
                'spec.min_tls_version is "v1.1". Set it to TLS 1.2 or later.',
                'spec.tls.min_tls_version is "v1.0". Set it to TLS 1.2 or later.',
            ],
        },
        "an old policy of AWS' load balancers": {
            stack: [
                ingress({}, { annotations: { [ALB_POLICY]: "ELBSecurityPolicy-2016-08" } }),
                service({}, { annotations: { [NLB_POLICY]: "ELBSecurityPolicy-TLS13-1-0-2021-06" } }),
            ],
            message: [
                `metadata.annotations["${ALB_POLICY}"] is "ELBSecurityPolicy-2016-08", which takes TLS 1.0 or 1.1. Name a policy that begins at 1.2.`,
                `metadata.annotations["${NLB_POLICY}"] is "ELBSecurityPolicy-TLS13-1-0-2021-06", which takes TLS 1.0 or 1.1. Name a policy that begins at 1.2.`,
            ],
        },
        "old versions in a list": {
            object: configMap({ "ssl-protocols": "TLSv1 TLSv1.1 TLSv1.2" }),
            message: "data.ssl-protocols holds TLSv1, TLSv1.1. Leave only TLSv1.2 and TLSv1.3.",
        },
    },
    allowed: {
        "a current version": { object: traefik({ minVersion: "VersionTLS13" }) },
        "current policies of AWS' load balancers": {
            stack: [
                "ELBSecurityPolicy-TLS-1-2-2017-01",
                "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "ELBSecurityPolicy-FS-1-2-2019-08",
            ].map((policy) => ingress({}, { annotations: { [ALB_POLICY]: policy } })),
        },
        "both ways of a mesh": {
            object: consul({ incoming: { tlsMinVersion: "TLSv1_3" }, outgoing: { tlsMinVersion: "TLSv1_2" } }),
        },
        "a gateway that leaves it to the default": {
            stack: [gateway({ mode: "SIMPLE" }), gateway({ minProtocolVersion: "TLS_AUTO" })],
        },
        "current versions in a list": { object: configMap({ "ssl-protocols": "TLSv1.2 TLSv1.3" }) },
        "another ConfigMap": { object: configMap({}) },
    },
});
