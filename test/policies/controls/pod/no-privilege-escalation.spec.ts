import { noPrivilegeEscalation } from "../../../../policies/controls/pod/no-privilege-escalation";
import { describeControl } from "../../../support/control-suite";

describeControl(noPrivilegeEscalation, {
    good: { container: { securityContext: { allowPrivilegeEscalation: false } } },
    refused: {
        "a container that doesn't say": {
            container: {},
            message:
                'spec.containers[0].securityContext.allowPrivilegeEscalation is not set (container "web"). Set it to false.',
        },
        "a container that allows it": {
            container: { securityContext: { allowPrivilegeEscalation: true } },
            message:
                'spec.containers[0].securityContext.allowPrivilegeEscalation is true (container "web"). Set it to false.',
        },
        "a Windows pod before v1.25": {
            container: {},
            pod: { os: { name: "windows" } },
            params: { pssVersion: "v1.24" },
            message:
                'spec.containers[0].securityContext.allowPrivilegeEscalation is not set (container "web"). Set it to false.',
        },
    },
    allowed: {
        "a container that forbids it": {},
        "a Windows pod": { container: {}, pod: { os: { name: "windows" } } },
        "anything before v1.8": { container: {}, params: { pssVersion: "v1.7" } },
    },
});
