import { spireAudited } from "../../../../policies/controls/identity/spire-audited";
import { describeControl } from "../../../support/control-suite";
import { agentFile, serverFile } from "../../../support/spire-files";

describeControl(spireAudited, {
    refused: {
        "a server without an audit log": {
            object: serverFile({ audit_log_enabled: undefined }),
            message: 'data["server.conf"]: server.audit_log_enabled is not true. Set it to true.',
        },
        "an audit log switched off": {
            object: serverFile({ audit_log_enabled: false }),
            message: 'data["server.conf"]: server.audit_log_enabled is not true. Set it to true.',
        },
    },
    allowed: { "an audit log": { object: serverFile() }, "an agent, which has none": { object: agentFile() } },
});
