import { spireAgentVerifiesServer } from "../../../../policies/controls/identity/spire-agent-verifies-server";
import { describeControl } from "../../../support/control-suite";
import { agentFile, fileMap, serverFile } from "../../../support/spire-files";

describeControl(spireAgentVerifiesServer, {
    refused: {
        "trust on first use": {
            object: agentFile({ insecure_bootstrap: true }),
            message:
                'data["agent.conf"]: agent.insecure_bootstrap is true, so the first server is trusted blindly. Remove it and set trust_bundle_path.',
        },
        "trust on first use in HCL": {
            object: fileMap(
                "agent.conf",
                'agent {\n  insecure_bootstrap = true\n}\nplugins {\n  KeyManager "memory" {\n    plugin_data {}\n  }\n}',
            ),
            message:
                'data["agent.conf"]: agent.insecure_bootstrap is true, so the first server is trusted blindly. Remove it and set trust_bundle_path.',
        },
        "no source of the bundle": {
            object: agentFile({ trust_bundle_path: undefined }),
            message:
                'data["agent.conf"]: agent names no trust bundle. Set one of trust_bundle_path, trust_bundle_url, trust_bundle_spiffe_workload_api.',
        },
        "a bundle over plain http": {
            object: agentFile({ trust_bundle_path: undefined, trust_bundle_url: "http://bundle.x0tta6bl4.io" }),
            message:
                'data["agent.conf"]: agent.trust_bundle_url is not an https URL, so the bundle could be swapped on its way. Use https.',
        },
    },
    allowed: {
        "a mounted bundle": { object: agentFile() },
        "a bundle over https": {
            object: agentFile({ trust_bundle_path: undefined, trust_bundle_url: "https://bundle.x0tta6bl4.io" }),
        },
        "a server's file": { object: serverFile() },
    },
});
