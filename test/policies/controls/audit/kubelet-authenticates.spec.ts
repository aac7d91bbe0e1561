import { kubeletAuthenticates } from "../../../../policies/controls/audit/kubelet-authenticates";
import { describeFlags, kubeletConfiguration, kubeletReport } from "../../../support/control-plane";

describeFlags(kubeletAuthenticates, {
    component: "kubelet",
    good: {
        kubeconfig: "/etc/kubelet.conf",
        "anonymous-auth": "false",
        "authorization-mode": "Webhook",
        "client-ca-file": "/pki/ca.crt",
        "read-only-port": "0",
    },
    refused: {
        "callers without a name": [
            { "anonymous-auth": "true" },
            '--anonymous-auth of kubelet is "true". Set it to false (CIS 4.2.1).',
        ],
        "everybody, which is the default of the flag": [
            { "authorization-mode": undefined },
            "--authorization-mode of kubelet is unset, which means AlwaysAllow. Set it to Webhook (CIS 4.2.2).",
        ],
        "a port for everybody": [
            { "read-only-port": "10255" },
            '--read-only-port of kubelet is "10255". Set it to 0 (CIS 4.2.4).',
        ],
        "a port for cAdvisor": [{ "cadvisor-port": "4194" }, '--cadvisor-port of kubelet is "4194". Set it to 0.'],
    },
    allowed: {
        "settings that stand in a file": {
            config: "/var/lib/kubelet/config.yaml",
            "authorization-mode": undefined,
            "client-ca-file": undefined,
        },
    },
    more: {
        refused: {
            "a configuration that lets everybody in": {
                object: kubeletConfiguration({ authentication: { anonymous: { enabled: true } }, readOnlyPort: 10255 }),
                message: [
                    `authentication.anonymous.enabled: authentication.anonymous.enabled is "true". Set it to false (CIS 4.2.1).`,
                    `readOnlyPort: readOnlyPort is "10255". Set it to 0 (CIS 4.2.4).`,
                ],
            },
            "a node's report of such a configuration": {
                object: kubeletReport("/usr/bin/kubelet --config=/c.yaml --kubeconfig=/k", "readOnlyPort: 10255\n"),
                message: `data.configFile.content: readOnlyPort is "10255". Set it to 0 (CIS 4.2.4).`,
            },
            "a node's report of such a command": {
                object: kubeletReport("/usr/bin/kubelet --kubeconfig=/k --config=/c.yaml --anonymous-auth=true", ""),
                message: `data.cmdLine: --anonymous-auth of kubelet is "true". Set it to false (CIS 4.2.1).`,
            },
        },
        allowed: {
            "a configuration that asks the API server": {
                object: kubeletConfiguration({ authentication: { anonymous: { enabled: false } }, readOnlyPort: 0 }),
            },
            "a configuration that leaves it to the defaults": { object: kubeletConfiguration({}) },
            "a node's report that was cut off": { object: kubeletReport("kubelet --config=/c.yaml", "{ not: [") },
        },
    },
});
