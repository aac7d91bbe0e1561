import { spireAdminsLimited } from "../../../../policies/controls/identity/spire-admins-limited";
import { describeControl } from "../../../support/control-suite";
import { agentFile, serverFile } from "../../../support/spire-files";

describeControl(spireAdminsLimited, {
    refused: {
        "an administrator": {
            object: serverFile({ admin_ids: ["spiffe://prod.x0tta6bl4.io/admin"] }),
            message:
                'data["server.conf"]: server.admin_ids holds spiffe://prod.x0tta6bl4.io/admin. Remove it, or allow it in the policy configuration.',
        },
        "a delegate": {
            object: agentFile({ authorized_delegates: ["spiffe://prod.x0tta6bl4.io/admin"] }),
            message:
                'data["agent.conf"]: agent.authorized_delegates holds spiffe://prod.x0tta6bl4.io/admin. Remove it, or allow it in the policy configuration.',
        },
    },
    allowed: {
        nobody: { object: serverFile({ admin_ids: [] }) },
        "one that the parameters name": {
            object: serverFile({ admin_ids: ["spiffe://prod.x0tta6bl4.io/admin"] }),
            params: { allowedIds: ["spiffe://prod.x0tta6bl4.io/admin"] },
        },
    },
});
