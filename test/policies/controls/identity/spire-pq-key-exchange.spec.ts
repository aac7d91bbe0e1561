import { spirePqKeyExchange } from "../../../../policies/controls/identity/spire-pq-key-exchange";
import { describeControl } from "../../../support/control-suite";
import { agentFile, serverFile } from "../../../support/spire-files";

describeControl(spirePqKeyExchange, {
    refused: {
        "an agent that says nothing": {
            object: agentFile({ experimental: undefined }),
            message:
                'data["agent.conf"]: agent.experimental.require_pq_kem is not true, so a classical key exchange is accepted. Set it to true.',
        },
        "an agent that switches it off": {
            object: agentFile({ experimental: { require_pq_kem: false } }),
            message:
                'data["agent.conf"]: agent.experimental.require_pq_kem is not true, so a classical key exchange is accepted. Set it to true.',
        },
    },
    allowed: {
        "an agent that asks for it": { object: agentFile() },
        "an agent that asks for it in an array, as HCL writes it": {
            object: agentFile({ experimental: [{ require_pq_kem: true }] }),
        },
        "a server, whose switch enforces nothing": { object: serverFile() },
    },
});
