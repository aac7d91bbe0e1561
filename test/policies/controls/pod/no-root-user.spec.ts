import { noRootUser } from "../../../../policies/controls/pod/no-root-user";
import { describeControl } from "../../../support/control-suite";

describeControl(noRootUser, {
    refused: {
        "a container that asks for root": {
            container: { securityContext: { runAsUser: 0 } },
            message:
                'spec.containers[0].securityContext.runAsUser is 0, which is root (container "web"). Use another user.',
        },
        "a pod that asks for root": {
            pod: { securityContext: { runAsUser: 0 } },
            message: "spec.securityContext.runAsUser is 0, which is root. Use another user.",
        },
    },
    allowed: {
        "another user": { container: { securityContext: { runAsUser: 1000 } } },
        "a pod that leaves it to the image": {},
        "root in a user namespace": { container: { securityContext: { runAsUser: 0 } }, pod: { hostUsers: false } },
        "root before v1.23": { container: { securityContext: { runAsUser: 0 } }, params: { pssVersion: "v1.22" } },
    },
});
