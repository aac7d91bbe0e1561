import { spireKnownKeys } from "../../../../policies/controls/identity/spire-known-keys";
import { describeControl } from "../../../support/control-suite";
import { agentFile, pluginFile, serverFile } from "../../../support/spire-files";

describeControl(spireKnownKeys, {
    refused: {
        "a slip in experimental": {
            object: agentFile({ experimental: { require_pq_kems: true } }),
            message:
                'data["agent.conf"]: agent.experimental.require_pq_kems is not a key SPIRE knows, and is ignored; did you mean "require_pq_kem"? Correct or remove it.',
        },
        "slips in a server's experimental, federation, telemetry and attestor": {
            object: serverFile(
                { experimental: { cache_reload: "1s" }, federation: { bundle_endpoints: {} } },
                {
                    NodeAttestor: pluginFile("k8s_psat", {
                        cluster: "x",
                        clusters: [{ blue: { service_account_allow_list: ["a:b"], audiences: ["x"] } }],
                    }),
                },
                { telemetry: { prometheus: { port: 9988 } } },
            ),
            message: [
                'data["server.conf"]: server.experimental.cache_reload is not a key SPIRE knows, and is ignored. Correct or remove it.',
                'data["server.conf"]: server.federation.bundle_endpoints is not a key SPIRE knows, and is ignored; did you mean "bundle_endpoint"? Correct or remove it.',
                'data["server.conf"]: telemetry.prometheus is not a key SPIRE knows, and is ignored; did you mean "Prometheus"? Correct or remove it.',
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.cluster is not a key SPIRE knows, and is ignored; did you mean "clusters"? Correct or remove it.',
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.clusters.blue.audiences is not a key SPIRE knows, and is ignored; did you mean "audience"? Correct or remove it.',
            ],
        },
        "slips in an agent's attestors": {
            object: agentFile(
                {},
                {
                    NodeAttestor: pluginFile("k8s_psat", { clusters: "blue" }),
                    WorkloadAttestor: pluginFile("k8s", { skip_kubelet_verificaton: false }),
                },
            ),
            message: [
                'data["agent.conf"]: plugins.NodeAttestor.k8s_psat.clusters is not a key SPIRE knows, and is ignored; did you mean "cluster"? Correct or remove it.',
                'data["agent.conf"]: plugins.WorkloadAttestor.k8s.skip_kubelet_verificaton is not a key SPIRE knows, and is ignored; did you mean "skip_kubelet_verification"? Correct or remove it.',
            ],
        },
    },
    allowed: {
        "an agent's known keys": { object: agentFile({ experimental: { sync_interval: "5s", require_pq_kem: true } }) },
        "a server's known keys": {
            object: serverFile(
                { federation: { bundle_endpoint: {} } },
                {},
                { telemetry: [{ Prometheus: { port: 1 } }] },
            ),
        },
        "plugins whose keys SPIRE checks itself": {
            object: serverFile({}, { KeyManager: pluginFile("aws_kms", { anything: true }) }),
        },
    },
});
