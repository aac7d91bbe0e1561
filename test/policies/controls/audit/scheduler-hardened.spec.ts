import { schedulerHardened } from "../../../../policies/controls/audit/scheduler-hardened";
import { describeFlags } from "../../../support/control-plane";

describeFlags(schedulerHardened, {
    component: "kube-scheduler",
    good: { kubeconfig: "/etc/s.conf", profiling: "false", "bind-address": "127.0.0.1" },
    refused: {
        "a profile": [{ profiling: "true" }, '--profiling of kube-scheduler is "true". Set it to false (CIS 1.4.1).'],
        "a port for the network, which is the default": [
            { "bind-address": undefined },
            "--bind-address of kube-scheduler is unset, which means 0.0.0.0. Set it to 127.0.0.1 (CIS 1.4.2).",
        ],
        "a port for the network, under the old name": [
            { address: "0.0.0.0" },
            '--address of kube-scheduler is "0.0.0.0". Set it to 127.0.0.1.',
        ],
    },
    more: {
        refused: {
            "a configuration that leaves the profile on": {
                object: { apiVersion: "kubescheduler.config.k8s.io/v1", kind: "KubeSchedulerConfiguration" },
                message: "enableProfiling: enableProfiling is unset, which means true. Set it to false (CIS 1.4.1).",
            },
        },
        allowed: {
            "a configuration without a profile": {
                object: {
                    apiVersion: "kubescheduler.config.k8s.io/v1",
                    kind: "KubeSchedulerConfiguration",
                    enableProfiling: false,
                },
            },
            "a scheduler whose file has the setting": {
                container: { command: ["kube-scheduler", "--config=/etc/s.yaml", "--bind-address=127.0.0.1"] },
            },
        },
    },
});
