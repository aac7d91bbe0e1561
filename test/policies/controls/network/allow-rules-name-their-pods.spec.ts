import { allowRulesNameTheirPods } from "../../../../policies/controls/network/allow-rules-name-their-pods";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy } from "../../../support/objects";

const ingress = [{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }];
const message = (rules: string): string =>
    `spec.podSelector is empty, so ${rules} allows traffic of every pod of the namespace. Name the pods.`;

describeControl(allowRulesNameTheirPods, {
    refused: {
        "an allow rule for all pods": {
            object: networkPolicy({ podSelector: {}, ingress }),
            message: message("spec.ingress[0]"),
        },
        "allow rules without any podSelector": {
            object: networkPolicy({ ingress, egress: [{ ports: [{ port: 53 }] }] }),
            message: message("spec.ingress[0], spec.egress[0]"),
        },
    },
    allowed: {
        "an allow rule for named pods": {
            object: networkPolicy({ podSelector: { matchLabels: { app: "api" } }, ingress }),
        },
        "an allow rule for pods named by expression": {
            object: networkPolicy({ podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] }, ingress }),
        },
        "a default deny": {
            object: networkPolicy({ podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [] }),
        },
    },
});
