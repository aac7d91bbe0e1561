import type { ComponentName } from "./control-plane";
import { flagControl } from "./flags";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";

/** The suites of the CIS Benchmark for TLS 1.2 that give forward secrecy and authenticated encryption, and those of TLS 1.3. */
const STRONG = new Set([
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
]);

const isStrong = (value: string): boolean => value.split(",").every((suite) => STRONG.has(suite.trim()));

const STRONG_SUITES = "ECDHE suites with AES-GCM or ChaCha20-Poly1305";
const OLDER = "suites of the Go release, older ones among them";
/** The components that name versions and suites as Go does; TLS 1.3 leaves no suites to choose. etcd has names of its own. */
const GO_NAMED: readonly ComponentName[] = ["kube-apiserver", "kubelet"];

export const strongCiphersOnly = flagControl({
    name: "strong-ciphers-only",
    description:
        "The API server, etcd and the kubelet offer only cipher suites with forward secrecy and authenticated encryption.",
    why: "With the others a recorded session is read once the server's key is known, or earlier.",
    severity: "medium",
    covers: ["cp.ciphers"],
    frameworks: [
        ...cis("1.2.29", "4.2.12"),
        ...mitre("T1040", "T1557"),
        ...nist("SC-8", "SC-13"),
        ...soc2("CC6.7"),
        ...checklist("SEC-6", "PQC-3"),
    ],
    remediation: "List ECDHE suites with AES-GCM or ChaCha20-Poly1305 only.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver", "kubelet", "etcd"],
    rules: [
        {
            flag: "tls-cipher-suites",
            of: GO_NAMED,
            field: "tlsCipherSuites",
            accepts: isStrong,
            wanted: STRONG_SUITES,
            absent: OLDER,
            unless: ["tls-min-version", "VersionTLS13"],
            cis: "1.2.29",
        },
        {
            flag: "cipher-suites",
            of: ["etcd"],
            accepts: isStrong,
            wanted: STRONG_SUITES,
            absent: OLDER,
            unless: ["tls-min-version", "TLS1.3"],
        },
        {
            flag: "tls-min-version",
            of: GO_NAMED,
            field: "tlsMinVersion",
            accepts: (value) => ["VersionTLS12", "VersionTLS13"].includes(value),
            wanted: "VersionTLS13, or VersionTLS12",
        },
        {
            flag: "tls-min-version",
            of: ["etcd"],
            accepts: (value) => ["TLS1.2", "TLS1.3"].includes(value),
            wanted: "TLS1.3, or TLS1.2",
        },
    ],
});
