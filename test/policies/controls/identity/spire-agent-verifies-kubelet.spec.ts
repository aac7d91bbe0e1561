import { spireAgentVerifiesKubelet } from "../../../../policies/controls/identity/spire-agent-verifies-kubelet";
import { describeControl } from "../../../support/control-suite";
import { agentFile, pluginFile } from "../../../support/spire-files";

describeControl(spireAgentVerifiesKubelet, {
    refused: {
        "verification that is skipped": {
            object: agentFile({}, { WorkloadAttestor: pluginFile("k8s", { skip_kubelet_verification: true }) }),
            message:
                'data["agent.conf"]: plugins.WorkloadAttestor.k8s.skip_kubelet_verification is true. Unset it and set kubelet_ca_path to the CA of the kubelets.',
        },
        "the read-only port": {
            object: agentFile({}, { WorkloadAttestor: pluginFile("k8s", { kubelet_read_only_port: "10255" }) }),
            message:
                'data["agent.conf"]: plugins.WorkloadAttestor.k8s.kubelet_read_only_port is set; that port has neither TLS nor authentication. Use kubelet_secure_port.',
        },
        "anonymous calls": {
            object: agentFile({}, { WorkloadAttestor: pluginFile("k8s", { use_anonymous_authentication: true }) }),
            message:
                'data["agent.conf"]: plugins.WorkloadAttestor.k8s.use_anonymous_authentication is true, which needs a kubelet that answers everybody. Unset it.',
        },
    },
    allowed: {
        "the defaults": { object: agentFile() },
        "verification by a CA": {
            object: agentFile(
                {},
                {
                    WorkloadAttestor: pluginFile("k8s", {
                        skip_kubelet_verification: false,
                        kubelet_ca_path: "/ca.crt",
                        kubelet_read_only_port: 0,
                    }),
                },
            ),
        },
    },
});
