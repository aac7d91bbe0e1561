import { spireNamesAgree } from "../../../../policies/controls/identity/spire-names-agree";
import { describeControl } from "../../../support/control-suite";
import { agentFile, fileMap, pluginFile, serverFile } from "../../../support/spire-files";

describeControl(spireNamesAgree, {
    refused: {
        "an agent of another trust domain": {
            stack: [serverFile(), agentFile({ trust_domain: "old.x0tta6bl4.io" })],
            message:
                'data["agent.conf"]: agent.trust_domain is "old.x0tta6bl4.io", but the server\'s trust domain is "prod.x0tta6bl4.io". Use one name.',
        },
        "an agent of another cluster": {
            stack: [serverFile(), agentFile({}, { NodeAttestor: pluginFile("k8s_psat", { cluster: "green" }) })],
            message:
                'data["agent.conf"]: plugins.NodeAttestor.k8s_psat.cluster is "green", but the server\'s cluster is "blue". Use one name.',
        },
        "a controller manager of another cluster and trust domain": {
            stack: [
                serverFile(),
                fileMap(
                    "manager.yaml",
                    "kind: ControllerManagerConfig\nclusterName: demo\ntrustDomain: x0tta6bl4.io\n",
                ),
            ],
            message: [
                'data["manager.yaml"]: trustDomain is "x0tta6bl4.io", but the server\'s trust domain is "prod.x0tta6bl4.io". Use one name.',
                'data["manager.yaml"]: clusterName is "demo", but the server\'s cluster is "blue". Use one name.',
            ],
        },
    },
    allowed: {
        "one name everywhere": {
            stack: [
                serverFile(),
                agentFile(),
                fileMap(
                    "manager.json",
                    '{"kind":"ControllerManagerConfig","clusterName":"blue","trustDomain":"prod.x0tta6bl4.io"}',
                ),
            ],
        },
        "an agent whose server is elsewhere": { stack: [agentFile({ trust_domain: "other.x0tta6bl4.io" })] },
    },
});
