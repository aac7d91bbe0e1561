import { tlsVersionsAreCurrent } from "../../../../policies/controls/network/tls-versions-are-current";
import { describeControl } from "../../../support/control-suite";
import { configMap } from "../../../support/objects";

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
        "old versions in a list": {
            object: configMap({ "ssl-protocols": "TLSv1 TLSv1.1 TLSv1.2" }),
            message: "data.ssl-protocols holds TLSv1, TLSv1.1. Leave only TLSv1.2 and TLSv1.3.",
        },
    },
    allowed: {
        "a current version": { object: traefik({ minVersion: "VersionTLS13" }) },
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
