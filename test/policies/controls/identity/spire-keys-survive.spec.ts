import { spireKeysSurvive } from "../../../../policies/controls/identity/spire-keys-survive";
import { describeControl } from "../../../support/control-suite";
import { agentFile, pluginFile, serverFile } from "../../../support/spire-files";

describeControl(spireKeysSurvive, {
    refused: {
        "a self-signed root in memory": {
            object: serverFile({}, { KeyManager: pluginFile("memory", {}) }),
            message:
                'data["server.conf"]: plugins.KeyManager.memory keeps a self-signed root in memory. Use disk, a key service or an UpstreamAuthority.',
        },
        "one key identifier for every replica": {
            object: serverFile({}, { KeyManager: pluginFile("aws_kms", { key_identifier_value: "spire" }) }),
            message:
                'data["server.conf"]: plugins.KeyManager.aws_kms.key_identifier_value is the same for every replica. Use key_identifier_file on the server\'s own volume.',
        },
    },
    allowed: {
        "keys on disk": { object: serverFile() },
        "keys in memory below another authority": {
            object: serverFile(
                {},
                { KeyManager: pluginFile("memory", {}), UpstreamAuthority: pluginFile("vault", {}) },
            ),
        },
        "an identifier file": {
            object: serverFile(
                {},
                { KeyManager: pluginFile("aws_kms", { key_identifier_file: "/run/spire/data/id" }) },
            ),
        },
        "an agent's keys, which need not survive": { object: agentFile() },
    },
});
