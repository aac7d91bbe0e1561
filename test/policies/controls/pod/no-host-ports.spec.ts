import { noHostPorts } from "../../../../policies/controls/pod/no-host-ports";
import { describeControl } from "../../../support/control-suite";

describeControl(noHostPorts, {
    refused: {
        "a host port": {
            container: { ports: [{ containerPort: 80 }, { containerPort: 53, hostPort: 53 }] },
            message: 'spec.containers[0].ports[1].hostPort is 53 (container "web"). Remove it and use a Service.',
        },
    },
    allowed: {
        "hostPort 0, which means none": { container: { ports: [{ containerPort: 80, hostPort: 0 }] } },
        "a container without ports": {},
    },
});
