import { API_SERVER_FLAGS, flagControl, isSet, isTrue } from "../../flags";
import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../frameworks";

export const apiServerSpeaksTls = flagControl({
    name: "api-server-speaks-tls",
    description:
        "The API server serves TLS only, and proves itself to etcd and to kubelets, which prove themselves to it.",
    why: "Everything the cluster knows passes over these three connections, every Secret included.",
    severity: "high",
    covers: ["cp.api-server"],
    frameworks: [
        ...cis("1.2.4", "1.2.5", "1.2.23", "1.2.24", "1.2.26"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1557", "T1040"),
        ...nist("SC-8", "IA-3"),
        ...soc2("CC6.7"),
        ...gdpr("32"),
        ...checklist("SEC-6"),
    ],
    remediation: "Set the flags in the API server's manifest as the message says.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver"],
    subject: API_SERVER_FLAGS,
    rules: [
        { flag: "insecure-port", accepts: (value) => value === "0", wanted: "0" },
        { flag: "insecure-bind-address", accepts: () => false, wanted: "nothing: remove it" },
        { flag: "secure-port", accepts: (value) => value !== "0", wanted: "6443" },
        { flag: "kubelet-https", accepts: isTrue, wanted: "true" },
        {
            flag: "tls-cert-file",
            accepts: isSet,
            wanted: "the API server's certificate",
            absent: "a self-signed one",
            cis: "1.2.24",
        },
        {
            flag: "tls-private-key-file",
            accepts: isSet,
            wanted: "its key",
            absent: "that of a self-signed certificate",
            cis: "1.2.24",
        },
        {
            flag: "kubelet-client-certificate",
            accepts: isSet,
            wanted: "a client certificate",
            absent: "none",
            cis: "1.2.4",
        },
        { flag: "kubelet-client-key", accepts: isSet, wanted: "its key", absent: "none", cis: "1.2.4" },
        {
            flag: "kubelet-certificate-authority",
            accepts: isSet,
            wanted: "the authority of kubelets",
            absent: "that any kubelet is believed",
            cis: "1.2.5",
        },
        {
            flag: "etcd-cafile",
            accepts: isSet,
            wanted: "the authority of etcd",
            absent: "that any etcd is believed",
            cis: "1.2.26",
        },
        {
            flag: "etcd-certfile",
            accepts: isSet,
            wanted: "a client certificate for etcd",
            absent: "none",
            cis: "1.2.23",
        },
        { flag: "etcd-keyfile", accepts: isSet, wanted: "its key", absent: "none", cis: "1.2.23" },
    ],
});
