import { noSshPort } from "../../../../policies/controls/pod/no-ssh-port";
import { describeControl } from "../../../support/control-suite";

describeControl(noSshPort, {
    refused: {
        "a container that offers SSH": {
            container: { ports: [{ containerPort: 22 }, { containerPort: 2222, protocol: "TCP" }] },
            message: [
                'spec.containers[0].ports[0].containerPort is 22, a port of SSH (container "web"). Remove it.',
                'spec.containers[0].ports[1].containerPort is 2222, a port of SSH (container "web"). Remove it.',
            ],
        },
        "a port whose protocol is left empty": {
            container: { ports: [{ containerPort: 22, protocol: "" }] },
            message: 'spec.containers[0].ports[0].containerPort is 22, a port of SSH (container "web"). Remove it.',
        },
        "a container that starts a server": {
            container: { command: ["sh", "-c", "/usr/sbin/sshd -D"] },
            message: 'spec.containers[0].command[2] starts an SSH server (container "web"). Remove it.',
        },
    },
    allowed: {
        "port 22 of another protocol": { container: { ports: [{ containerPort: 22, protocol: "UDP" }] } },
        "other ports and programs": { container: { ports: [{ containerPort: 8080 }], command: ["sshd-exporter"] } },
    },
});
