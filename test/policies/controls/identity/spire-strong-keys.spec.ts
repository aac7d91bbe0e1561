import { spireStrongKeys } from "../../../../policies/controls/identity/spire-strong-keys";
import { describeControl } from "../../../support/control-suite";
import { agentFile, serverFile } from "../../../support/spire-files";

describeControl(spireStrongKeys, {
    refused: {
        "a CA of RSA 2048": {
            object: serverFile({ ca_key_type: "rsa-2048" }),
            message: 'data["server.conf"]: server.ca_key_type is rsa-2048. Use ec-p256 or ec-p384.',
        },
        "JWT keys of RSA 2048": {
            object: serverFile({ jwt_key_type: "rsa-2048" }),
            message: 'data["server.conf"]: server.jwt_key_type is rsa-2048. Use ec-p256 or ec-p384.',
        },
        "workloads with RSA 2048": {
            object: agentFile({ workload_x509_svid_key_type: "rsa-2048" }),
            message: 'data["agent.conf"]: agent.workload_x509_svid_key_type is rsa-2048. Use ec-p256 or ec-p384.',
        },
    },
    allowed: {
        "the defaults": { object: serverFile() },
        "elliptic curves": { object: serverFile({ ca_key_type: "ec-p384" }) },
        "RSA 4096": { object: serverFile({ ca_key_type: "rsa-4096" }) },
    },
});
