import { strongCiphersOnly } from "../../../../policies/controls/audit/strong-ciphers-only";
import { describeFlags, kubeletConfiguration } from "../../../support/control-plane";
import { pod } from "../../../support/objects";

const etcd = (...flags: readonly string[]) =>
    pod({}, { containers: [{ name: "etcd", command: ["etcd", "--data-dir=/d", ...flags] }] });

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
    allowed: {
        "the newest version": { "tls-min-version": "VersionTLS13" },
        "the newest version, which leaves no suites to choose": {
            "tls-min-version": "VersionTLS13",
            "tls-cipher-suites": undefined,
        },
    },
    more: {
        allowed: {
            "etcd's own names of suites and versions": {
                object: etcd("--cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "--tls-min-version=TLS1.2"),
            },
            "etcd with the newest version": { object: etcd("--tls-min-version=TLS1.3") },
        },
        refused: {
            "etcd with weak suites and an old version": {
                object: etcd("--cipher-suites=TLS_RSA_WITH_RC4_128_SHA", "--tls-min-version=TLS1.1"),
                message: [
                    'spec.containers[0].command[2]: --cipher-suites of etcd is "TLS_RSA_WITH_RC4_128_SHA". Set it to ECDHE suites with AES-GCM or ChaCha20-Poly1305.',
                    'spec.containers[0].command[3]: --tls-min-version of etcd is "TLS1.1". Set it to TLS1.3, or TLS1.2.',
                ],
            },
            "a weak suite in a kubelet's configuration": {
                object: kubeletConfiguration({ tlsCipherSuites: ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"] }),
                message: `tlsCipherSuites: tlsCipherSuites is "TLS_RSA_WITH_3DES_EDE_CBC_SHA". Set it to ECDHE suites with AES-GCM or ChaCha20-Poly1305 (CIS 1.2.29).`,
            },
        },
    },
});
