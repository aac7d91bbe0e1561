import { statefulSetsHaveTheirService } from "../../../../policies/controls/resources/stateful-sets-have-their-service";
import { workload } from "../../../support/cases";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const set = (serviceName?: string) => workload("StatefulSet", serviceName === undefined ? {} : { serviceName });
const message = (name: string, fault: string): string =>
    `spec.serviceName is "${name}", and ${fault}. Name a headless Service of its pods.`;

describeControl(statefulSetsHaveTheirService, {
    refused: {
        "a Service that is not there": {
            stack: [set("nothing"), service({ clusterIP: "None" })],
            message: message("nothing", "the stack has no Service of this name"),
        },
        "a Service of another namespace": {
            stack: [set("web"), service({ clusterIP: "None" }, { namespace: "other" })],
            message: message("web", "the stack has no Service of this name"),
        },
        "a Service of another API": {
            stack: [set("web"), { ...service({ clusterIP: "None" }), apiVersion: "serving.knative.dev/v1" }],
            message: message("web", "the stack has no Service of this name"),
        },
        "a Service with an address": {
            stack: [set("web"), service()],
            message: message("web", 'this Service has an address of its own (clusterIP is not "None")'),
        },
        "a Service of other pods": {
            stack: [set("web"), service({ clusterIP: "None", selector: { app: "api" } })],
            message: message("web", "this Service selects other pods"),
        },
        "a set that names none": {
            object: set(),
            message: "spec.serviceName is not set, so no pod has a name of its own in DNS. Name a headless Service.",
        },
    },
    allowed: {
        "a headless Service of its pods": { stack: [set("web"), service({ clusterIP: "None" })] },
        "a headless Service whose endpoints somebody else writes": {
            stack: [set("web"), service({ clusterIP: "None", selector: null })],
        },
        "a Deployment": { object: workload("Deployment") },
        "a kind of another API with the same name": {
            object: { ...workload("StatefulSet"), apiVersion: "apps.kruise.io/v1beta1" },
        },
    },
});
