import { apiServerAuthenticates } from "../../../../policies/controls/audit/api-server-authenticates";
import { describeFlags, kubeadm } from "../../../support/control-plane";

describeFlags(apiServerAuthenticates, {
    component: "kube-apiserver",
    good: {
        "etcd-servers": "https://127.0.0.1:2379",
        "anonymous-auth": "false",
        "client-ca-file": "/pki/ca.crt",
        "service-account-key-file": "/pki/sa.pub",
        "service-account-extend-token-expiration": "false",
    },
    refused: {
        "callers without a name": [
            { "anonymous-auth": "true" },
            '--anonymous-auth of kube-apiserver is "true". Set it to false (CIS 1.2.1).',
        ],
        "callers without a name, which is the default": [
            { "anonymous-auth": undefined },
            "--anonymous-auth of kube-apiserver is unset, which means true. Set it to false (CIS 1.2.1).",
        ],
        "tokens that outlive their pods, which is the default": [
            { "service-account-extend-token-expiration": undefined },
            "--service-account-extend-token-expiration of kube-apiserver is unset, which means true. Set it to false (CIS 1.2.30).",
        ],
        "tokens in a file": [
            { "token-auth-file": "/etc/tokens.csv" },
            '--token-auth-file of kube-apiserver is "/etc/tokens.csv". Set it to nothing: remove it (CIS 1.2.2).',
        ],
        "passwords in a file": [
            { "basic-auth-file": "/etc/users.csv" },
            '--basic-auth-file of kube-apiserver is "/etc/users.csv". Set it to nothing: remove it.',
        ],
        "no authority of clients": [
            { "client-ca-file": "" },
            '--client-ca-file of kube-apiserver is "". Set it to the authority of client certificates (CIS 1.2.25).',
        ],
        "tokens of accounts that are gone": [
            { "service-account-lookup": "false" },
            '--service-account-lookup of kube-apiserver is "false". Set it to true (CIS 1.2.21).',
        ],
    },
    allowed: {
        "the lookup of accounts": { "service-account-lookup": "true" },
        "what Go takes for false and true": { "anonymous-auth": "0", "service-account-lookup": "T" },
    },
    more: {
        refused: {
            "kubeadm's settings in the list of today": {
                object: kubeadm({ apiServer: { extraArgs: [{ name: "anonymous-auth", value: "true" }] } }),
                message: `apiServer.extraArgs[0].value: --anonymous-auth of kube-apiserver is "true". Set it to false (CIS 1.2.1).`,
            },
            "kubeadm's settings in the map of old": {
                object: kubeadm({ apiServer: { extraArgs: { "anonymous-auth": "true" } } }),
                message: `apiServer.extraArgs.anonymous-auth: --anonymous-auth of kube-apiserver is "true". Set it to false (CIS 1.2.1).`,
            },
            "a command that a shell runs": {
                container: {
                    command: [
                        "/bin/sh",
                        "-c",
                        "exec kube-apiserver --etcd-servers=https://e --client-ca-file=/c --service-account-key-file=/s --service-account-extend-token-expiration=false --anonymous-auth=true",
                    ],
                },
                message: `spec.containers[0].command[2]: --anonymous-auth of kube-apiserver is "true". Set it to false (CIS 1.2.1).`,
            },
            "arguments of an image without a command": {
                container: {
                    image: "registry.k8s.io/kube-apiserver:v1.35.0",
                    args: [
                        "--etcd-servers=https://e",
                        "--anonymous-auth=true",
                        "--client-ca-file=/c",
                        "--service-account-key-file=/s",
                        "--service-account-extend-token-expiration=false",
                    ],
                },
                message: `spec.containers[0].args[1]: --anonymous-auth of kube-apiserver is "true". Set it to false (CIS 1.2.1).`,
            },
        },
        allowed: {
            "an excerpt that is about other settings of the API server": {
                container: { command: ["kube-apiserver", "--profiling=false"] },
            },
            "what kubeadm adds by itself": {
                object: kubeadm({ apiServer: { extraArgs: [{ name: "v", value: "2" }] } }),
            },
            "a tool that only talks about it": {
                container: { command: ["echo", "kube-apiserver", "--anonymous-auth=true"] },
            },
        },
    },
});
