import { noPrivilegedPorts } from "../../../../policies/controls/pod/no-privileged-ports";
import { describeControl } from "../../../support/control-suite";

describeControl(noPrivilegedPorts, {
    refused: {
        "a low port": {
            container: { ports: [{ containerPort: 8080 }, { containerPort: 80 }] },
            message: 'spec.containers[0].ports[1].containerPort is 80 (container "web"). Use a port from 1024 up.',
        },
    },
    allowed: {
        "the first port that anyone may bind": { container: { ports: [{ containerPort: 1024 }] } },
        "a container without ports": {},
    },
});
