import { apiServerSpeaksTls } from "../../../../policies/controls/audit/api-server-speaks-tls";
import { describeFlags } from "../../../support/control-plane";

describeFlags(apiServerSpeaksTls, {
    component: "kube-apiserver",
    good: {
        "etcd-servers": "https://127.0.0.1:2379",
        "tls-cert-file": "/pki/a.crt",
        "tls-private-key-file": "/pki/a.key",
        "kubelet-client-certificate": "/pki/k.crt",
        "kubelet-client-key": "/pki/k.key",
        "kubelet-certificate-authority": "/pki/ca.crt",
        "etcd-cafile": "/pki/e.crt",
        "etcd-certfile": "/pki/c.crt",
        "etcd-keyfile": "/pki/c.key",
    },
    refused: {
        "a port without TLS": [
            { "insecure-port": "8080" },
            '--insecure-port of kube-apiserver is "8080". Set it to 0.',
        ],
        "an address without TLS": [
            { "insecure-bind-address": "0.0.0.0" },
            '--insecure-bind-address of kube-apiserver is "0.0.0.0". Set it to nothing: remove it.',
        ],
        "no port with TLS": [{ "secure-port": "0" }, '--secure-port of kube-apiserver is "0". Set it to 6443.'],
        "kubelets without TLS": [
            { "kubelet-https": "false" },
            '--kubelet-https of kube-apiserver is "false". Set it to true.',
        ],
        "any kubelet": [
            { "kubelet-certificate-authority": undefined },
            "--kubelet-certificate-authority of kube-apiserver is unset, which means that any kubelet is believed. Set it to the authority of kubelets (CIS 1.2.5).",
        ],
        "any etcd, and no certificate for it": [
            { "etcd-cafile": undefined, "etcd-certfile": undefined },
            "--etcd-cafile of kube-apiserver is unset, which means that any etcd is believed. Set it to the authority of etcd (CIS 1.2.26).",
            "--etcd-certfile of kube-apiserver is unset, which means none. Set it to a client certificate for etcd (CIS 1.2.23).",
        ],
    },
    allowed: { "a port without TLS that is closed": { "insecure-port": "0" } },
    more: {
        refused: {
            "half of a pair, in an excerpt": {
                container: { command: ["kube-apiserver", "--tls-cert-file=/pki/a.crt"] },
                message:
                    "spec.containers[0].command: --tls-private-key-file of kube-apiserver is unset, which means that of a self-signed certificate. Set it to its key (CIS 1.2.24).",
            },
        },
        allowed: {
            "both halves, in an excerpt": {
                container: {
                    command: ["kube-apiserver", "--tls-cert-file=/pki/a.crt", "--tls-private-key-file=/pki/a.key"],
                },
            },
        },
    },
});
