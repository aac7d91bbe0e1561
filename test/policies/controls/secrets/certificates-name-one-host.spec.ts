import { certificatesNameOneHost } from "../../../../policies/controls/secrets/certificates-name-one-host";
import { describeControl } from "../../../support/control-suite";

const certificate = (...dnsNames: string[]) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "web", namespace: "shop" },
    spec: { secretName: "web-tls", dnsNames, issuerRef: { kind: "ClusterIssuer", name: "public" } },
});

describeControl(certificatesNameOneHost, {
    refused: {
        "two hosts": {
            object: certificate("shop.example.org", "api.example.org"),
            message: "spec.dnsNames holds 2 hosts. Write one Certificate for each host.",
        },
        "two hosts that differ in what is a cluster's domain at the end alone": {
            object: certificate("web.svc.cluster.local.example.org", "web.svc.example.org"),
            message: "spec.dnsNames holds 2 hosts. Write one Certificate for each host.",
        },
        "a wildcard": {
            object: certificate("*.example.org"),
            message: `spec.dnsNames[0] is "*.example.org". Name each host.`,
        },
        "an issuer that may not sign": {
            object: certificate("shop.example.org"),
            params: { issuers: ["internal", "partner"] },
            message: `spec.issuerRef.name is "public". Use internal or partner.`,
        },
        "more hosts than configured": {
            object: certificate("a.example.org", "b.example.org", "c.example.org"),
            params: { maxNames: 2 },
            message: "spec.dnsNames holds 3 hosts. Write one Certificate for each 2.",
        },
    },
    allowed: {
        "the two names of a Service": {
            object: certificate("web.shop.svc.cluster.local", "web.shop.svc"),
        },
        "one host": { object: certificate("shop.example.org") },
        "no host": { object: certificate() },
        "as many hosts as configured": {
            object: certificate("a.example.org", "b.example.org"),
            params: { maxNames: 2 },
        },
    },
});
