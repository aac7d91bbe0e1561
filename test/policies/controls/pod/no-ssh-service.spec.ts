import { noSshService } from "../../../../policies/controls/pod/no-ssh-service";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

function service(...ports: readonly Manifest[]): Manifest {
    return { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" }, spec: { ports } };
}

describeControl(noSshService, {
    refused: {
        "a Service on the port of SSH": {
            object: service({ port: 80 }, { port: 22, protocol: "TCP" }),
            message: "spec.ports[1].port is 22, a port of SSH. Remove it.",
        },
        "a Service that leads there from another port": {
            object: service({ port: 8022, targetPort: 2222 }),
            message: "spec.ports[0].targetPort is 2222, a port of SSH. Remove it.",
        },
        "a port whose protocol is left empty": {
            object: service({ port: 22, protocol: "" }),
            message: "spec.ports[0].port is 22, a port of SSH. Remove it.",
        },
    },
    allowed: {
        "other ports": { object: service({ port: 80, targetPort: 8080 }) },
        "port 22 of another protocol": { object: service({ port: 22, protocol: "UDP" }) },
        "a Service without ports": { object: service() },
    },
});
