import { fairnessKept } from "../../../../policies/controls/audit/fairness-kept";
import { describeControl } from "../../../support/control-suite";

const object = (kind: string, name: string, spec: object) => ({
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind,
    metadata: { name },
    spec,
});
const schema = (level: string, name = "tested") =>
    object("FlowSchema", name, { priorityLevelConfiguration: { name: level } });
const level = (name: string, type: string) => object("PriorityLevelConfiguration", name, { type });

describeControl(fairnessKept, {
    refused: {
        "a schema that exempts": {
            object: schema("exempt"),
            message: 'spec.priorityLevelConfiguration.name is "exempt". Use a level that is limited.',
        },
        "a level that exempts": { object: level("mine", "Exempt"), message: 'spec.type is "Exempt". Use "Limited".' },
    },
    allowed: {
        "a schema of a limited level": { object: schema("workload-high") },
        "a limited level": { object: level("mine", "Limited") },
        "the level of the API server's own": { object: level("exempt", "Exempt") },
        "the schema of the API server's own": { object: schema("exempt", "probes") },
    },
});
