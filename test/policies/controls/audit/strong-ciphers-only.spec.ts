import { strongCiphersOnly } from "../../../../policies/controls/audit/strong-ciphers-only";
import { describeFlags, kubeletConfiguration } from "../../../support/control-plane";

describeFlags(strongCiphersOnly, {
    component: "kube-apiserver",
    good: { "etcd-servers": "https://127.0.0.1:2379", "tls-cipher-suites": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
    refused: {
        "a suite without forward secrecy": [
            { "tls-cipher-suites": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_RSA_WITH_AES_128_CBC_SHA" },
            '--tls-cipher-suites of kube-apiserver is "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_RSA_WITH_AES_128_CBC_SHA". Set it to ECDHE suites with AES-GCM or ChaCha20-Poly1305 (CIS 1.2.29).',
        ],
        "suites that nobody chose": [
            { "tls-cipher-suites": undefined },
            "--tls-cipher-suites of kube-apiserver is unset, which means suites of the Go release, older ones among them. Set it to ECDHE suites with AES-GCM or ChaCha20-Poly1305 (CIS 1.2.29).",
        ],
        "an old version": [
            { "tls-min-version": "VersionTLS10" },
            '--tls-min-version of kube-apiserver is "VersionTLS10". Set it to VersionTLS13, or VersionTLS12.',
        ],
    },
    allowed: { "the newest version": { "tls-min-version": "VersionTLS13" } },
    more: {
        refused: {
            "a weak suite in a kubelet's configuration": {
                object: kubeletConfiguration({ tlsCipherSuites: ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"] }),
                message: `tlsCipherSuites: tlsCipherSuites is "TLS_RSA_WITH_3DES_EDE_CBC_SHA". Set it to ECDHE suites with AES-GCM or ChaCha20-Poly1305 (CIS 1.2.29).`,
            },
        },
    },
});
