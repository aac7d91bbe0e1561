import { proxyHardened } from "../../../../policies/controls/audit/proxy-hardened";
import { describeFlags } from "../../../support/control-plane";
import type { Manifest } from "../../../support/controls";

const configuration = (settings: Manifest): Manifest => ({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    ...settings,
});

describeFlags(proxyHardened, {
    component: "kube-proxy",
    good: { kubeconfig: "/etc/p.conf", "metrics-bind-address": "127.0.0.1:10249" },
    refused: {
        "metrics for the network": [
            { "metrics-bind-address": "0.0.0.0:10249" },
            '--metrics-bind-address of kube-proxy is "0.0.0.0:10249". Set it to 127.0.0.1:10249 (CIS 4.3.1).',
        ],
        "a profile": [{ profiling: "true" }, '--profiling of kube-proxy is "true". Set it to false.'],
    },
    allowed: {
        "metrics at their default, which is local": { "metrics-bind-address": undefined },
        "metrics for the node, by IPv6": { "metrics-bind-address": "[::1]:10249" },
    },
    more: {
        refused: {
            "a configuration with metrics for the network": {
                object: configuration({ metricsBindAddress: "0.0.0.0", enableProfiling: true }),
                message: [
                    'metricsBindAddress: metricsBindAddress is "0.0.0.0". Set it to 127.0.0.1:10249 (CIS 4.3.1).',
                    'enableProfiling: enableProfiling is "true". Set it to false.',
                ],
            },
            "a configuration in a ConfigMap": {
                object: {
                    apiVersion: "v1",
                    kind: "ConfigMap",
                    metadata: { name: "kube-proxy", namespace: "kube-system" },
                    data: { "config.conf": JSON.stringify(configuration({ metricsBindAddress: ":10249" })) },
                },
                message: 'data["config.conf"]: metricsBindAddress is ":10249". Set it to 127.0.0.1:10249 (CIS 4.3.1).',
            },
        },
        allowed: {
            "a configuration that leaves it to the defaults": { object: configuration({}) },
            "an empty address, which is the default": { object: configuration({ metricsBindAddress: "" }) },
        },
    },
});
