import { spireMapsWrapped } from "../../../../policies/controls/identity/spire-maps-wrapped";
import { describeControl } from "../../../support/control-suite";
import { agentFile, pluginFile, serverFile } from "../../../support/spire-files";

describeControl(spireMapsWrapped, {
    refused: {
        "a second cluster in a bare map": {
            object: serverFile({}, { NodeAttestor: pluginFile("k8s_psat", { clusters: { blue: {}, green: {} } }) }),
            message:
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.plugin_data.clusters is a map with more than one object, which SPIRE takes for two plugins. Put it into an array of one.',
        },
        "two bare objects beside each other": {
            object: agentFile({}, { WorkloadAttestor: pluginFile("k8s", { sigstore: {}, experimental: {} }) }),
            message:
                'data["agent.conf"]: plugins.WorkloadAttestor.k8s.plugin_data is a map with more than one object, which SPIRE takes for two plugins. Put it into an array of one.',
        },
    },
    allowed: {
        "two clusters in an array": {
            object: serverFile({}, { NodeAttestor: pluginFile("k8s_psat", { clusters: [{ blue: {}, green: {} }] }) }),
        },
        "one cluster in a bare map": {
            object: serverFile({}, { NodeAttestor: pluginFile("k8s_psat", { clusters: { blue: {} } }) }),
        },
        "a map of texts": {
            object: serverFile({}, { KeyManager: pluginFile("aws_kms", { key_tags: { a: "1", b: "2" } }) }),
        },
    },
});
