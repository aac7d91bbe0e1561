import { kubeletHardened } from "../../../../policies/controls/audit/kubelet-hardened";
import { describeFlags, kubeletConfiguration } from "../../../support/control-plane";

describeFlags(kubeletHardened, {
    component: "kubelet",
    good: { kubeconfig: "/etc/kubelet.conf", "protect-kernel-defaults": "true" },
    refused: {
        "streams without an end": [
            { "streaming-connection-idle-timeout": "0" },
            '--streaming-connection-idle-timeout of kubelet is "0". Set it to a time above zero, e.g. 5m (CIS 4.2.5).',
        ],
        "a kernel it changes": [
            { "protect-kernel-defaults": undefined },
            "--protect-kernel-defaults of kubelet is unset, which means false. Set it to true.",
        ],
        "a firewall it leaves alone": [
            { "make-iptables-util-chains": "false" },
            '--make-iptables-util-chains of kubelet is "false". Set it to true (CIS 4.2.6).',
        ],
        "a name of its own choice": [
            { "hostname-override": "node-1" },
            '--hostname-override of kubelet is "node-1". Set it to nothing: remove it (CIS 4.2.7).',
        ],
        "a flood of events": [
            { "event-qps": "50" },
            '--event-qps of kubelet is "50". Set it to 0, or at most 5 (CIS 4.2.8).',
        ],
        "certificates that run out": [
            { "rotate-certificates": "false", "feature-gates": "A=true, RotateKubeletServerCertificate = F" },
            '--rotate-certificates of kubelet is "false". Set it to true (CIS 4.2.10).',
            '--feature-gates of kubelet is "A=true, RotateKubeletServerCertificate = F". Set it to RotateKubeletServerCertificate=true (CIS 4.2.11).',
        ],
    },
    allowed: {
        "a feature left on among others, in Go's words": {
            "feature-gates": "A=false, RotateKubeletServerCertificate = T",
            "protect-kernel-defaults": "1",
        },
        "streams of five minutes": { "streaming-connection-idle-timeout": "5m" },
        "streams of four hours, with zeros in them": { "streaming-connection-idle-timeout": "4h0m0s" },
        "every event": { "event-qps": "0" },
    },
    more: {
        refused: {
            "a configuration with streams without an end": {
                object: kubeletConfiguration({ streamingConnectionIdleTimeout: "0s", protectKernelDefaults: false }),
                message: [
                    `streamingConnectionIdleTimeout: streamingConnectionIdleTimeout is "0s". Set it to a time above zero, e.g. 5m (CIS 4.2.5).`,
                    `protectKernelDefaults: protectKernelDefaults is "false". Set it to true.`,
                ],
            },
        },
        allowed: { "a configuration that leaves it to the defaults": { object: kubeletConfiguration({}) } },
    },
});
