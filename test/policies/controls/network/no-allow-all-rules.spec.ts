import { noAllowAllRules } from "../../../../policies/controls/network/no-allow-all-rules";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy } from "../../../support/objects";

const podSelector = { matchLabels: { app: "web" } };
const BOTH = ["Ingress", "Egress"];
const ports = [{ port: 443 }];

describeControl(noAllowAllRules, {
    refused: {
        "an empty rule": {
            object: networkPolicy({ podSelector, ingress: [{ from: [{ podSelector: {} }] }, {}] }),
            message:
                "spec.ingress[1] names neither peers nor ports, so it allows everything. Name the peers and the ports.",
        },
        "a rule with empty lists": {
            object: networkPolicy({ podSelector, egress: [{ to: [], ports: [] }] }),
            message:
                "spec.egress[0] names neither peers nor ports, so it allows everything. Name the peers and the ports.",
        },
        "every address on every port": {
            object: networkPolicy({
                podSelector,
                policyTypes: BOTH,
                egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
            }),
            message: `spec.egress[0].to[0].ipBlock.cidr is "0.0.0.0/0" on every port. Name the ranges or the ports.`,
        },
        "every pod of every namespace": {
            object: networkPolicy({ podSelector, ingress: [{ from: [{ namespaceSelector: {}, podSelector: {} }] }] }),
            message:
                "spec.ingress[0].from[0] selects every pod of every namespace, on every port. Name the pods or the ports.",
        },
        "an empty peer": {
            object: networkPolicy({ podSelector, ingress: [{ from: [{}] }] }),
            message: "spec.ingress[0].from[0] is empty, which the API server refuses. Name the peer.",
        },
    },
    allowed: {
        "a default deny": { object: networkPolicy({ podSelector: {}, policyTypes: BOTH }) },
        "named peers": { object: networkPolicy({ podSelector, ingress: [{ from: [{ podSelector: {} }] }] }) },
        "the pods of the namespace, with a namespaceSelector that is left empty": {
            object: networkPolicy({
                podSelector,
                ingress: [{ from: [{ podSelector: {}, namespaceSelector: null }] }],
            }),
        },
        "every peer on named ports": { object: networkPolicy({ podSelector, ingress: [{ ports }] }) },
        "every address on named ports": {
            object: networkPolicy({
                podSelector,
                policyTypes: BOTH,
                egress: [{ to: [{ ipBlock: { cidr: "::/0" } }], ports }],
            }),
        },
        "an empty rule of a direction that is not isolated": {
            object: networkPolicy({ podSelector, policyTypes: ["Ingress"], egress: [{}] }),
        },
        "a policy of another API": {
            object: { ...networkPolicy({ ingress: [{}] }), apiVersion: "projectcalico.org/v3" },
        },
    },
});
