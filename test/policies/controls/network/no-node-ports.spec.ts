import { noNodePorts } from "../../../../policies/controls/network/no-node-ports";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

describeControl(noNodePorts, {
    refused: {
        "a node port": {
            object: service({ type: "NodePort" }),
            message: `spec.type is "NodePort". Use "ClusterIP" behind an Ingress or Gateway.`,
        },
    },
    allowed: {
        "a Service inside the cluster": { object: service({ type: "ClusterIP" }) },
        "a Service without a type": { object: service() },
        "a Service of another API": {
            object: { ...service({ type: "NodePort" }), apiVersion: "serving.knative.dev/v1" },
        },
    },
});
