import { spireNoJoinTokens } from "../../../../policies/controls/identity/spire-no-join-tokens";
import { describeControl } from "../../../support/control-suite";
import { agentFile, pluginFile, serverFile } from "../../../support/spire-files";

describeControl(spireNoJoinTokens, {
    refused: {
        "a server that admits nodes by token": {
            object: serverFile({}, { NodeAttestor: pluginFile("join_token", {}) }),
            message:
                'data["server.conf"]: plugins.NodeAttestor.join_token admits nodes by token. Use k8s_psat, x509pop, tpm_devid or the cloud\'s attestor.',
        },
        "a token in the file, which is not shown": {
            object: agentFile({ join_token: "6f1ba5d6" }),
            message:
                'data["agent.conf"]: agent.join_token stands in a ConfigMap, where many can read it. Remove it; it is known now.',
        },
    },
    allowed: {
        "projected tokens": { object: serverFile() },
        "an agent with projected tokens": { object: agentFile() },
    },
});
