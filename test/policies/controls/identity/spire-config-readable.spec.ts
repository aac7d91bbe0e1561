import { spireConfigReadable } from "../../../../policies/controls/identity/spire-config-readable";
import { describeControl } from "../../../support/control-suite";
import { fileMap, serverFile } from "../../../support/spire-files";

describeControl(spireConfigReadable, {
    refused: {
        "JSON that breaks off": {
            object: fileMap("server.conf", '{"server": {}, "plugins": {"KeyManager": ['),
            message:
                'data["server.conf"] looks like a SPIRE configuration, but can\'t be read: it starts like JSON, but is none. Correct it.',
        },
        "HCL without a closing brace": {
            object: fileMap(
                "agent.conf",
                'agent {\n  trust_domain = "x0tta6bl4.io"\n}\nplugins {\n  KeyManager "memory" {',
            ),
            message:
                'data["agent.conf"] looks like a SPIRE configuration, but can\'t be read: line 5: "}" is expected. Correct it.',
        },
    },
    allowed: {
        JSON: { object: serverFile() },
        "HCL with labels, comments and a here-document": {
            object: fileMap(
                "server.conf",
                '# a server\nserver {\n  trust_domain = "x0tta6bl4.io" // its name\n}\n/* plugins */\nplugins {\n  KeyManager "memory" { plugin_data = {} }\n  X = <<EOT\nany text\nEOT\n}\n',
            ),
        },
        "a file that has nothing to do with SPIRE": { object: fileMap("app.json", '{"plugins": [') },
    },
});
