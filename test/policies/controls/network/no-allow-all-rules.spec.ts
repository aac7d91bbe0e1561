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
        "half of all addresses, and the other half": {
            object: networkPolicy({
                podSelector,
                policyTypes: BOTH,
                egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }] }],
            }),
            message: [
                `spec.egress[0].to[0].ipBlock.cidr is "0.0.0.0/1" on every port. Name the ranges or the ports.`,
                `spec.egress[0].to[1].ipBlock.cidr is "128.0.0.0/1" on every port. Name the ranges or the ports.`,
            ],
        },
        "most addresses by ranges that are each less": {
            object: networkPolicy({
                podSelector,
                ingress: [{ from: ["0", "64", "128"].map((start) => ({ ipBlock: { cidr: `${start}.0.0.0/2` } })) }],
            }),
            message:
                "spec.ingress[0].from holds most addresses there are by its ranges together, on every port. Name the ranges or the ports.",
        },
        "every address but a few": {
            object: networkPolicy({
                podSelector,
                ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }],
            }),
            message: `spec.ingress[0].from[0].ipBlock.cidr is "0.0.0.0/0" on every port. Name the ranges or the ports.`,
        },
        "every address on all ports by number": {
            object: networkPolicy({
                podSelector,
                ingress: [{ from: [{ ipBlock: { cidr: "::/0" } }], ports: [{ port: 1, endPort: 65_535 }] }],
            }),
            message: `spec.ingress[0].from[0].ipBlock.cidr is "::/0" on most ports. Name the ranges or the ports.`,
        },
        "nobody by name, on every port of a protocol": {
            object: networkPolicy({ podSelector, ingress: [{ ports: [{ protocol: "TCP" }] }] }),
            message:
                "spec.ingress[0] names no peers, and most ports, so it allows everything. Name the peers and the ports.",
        },
        "every namespace by a label that each has": {
            object: networkPolicy({
                podSelector,
                ingress: [
                    {
                        from: [
                            {
                                namespaceSelector: {
                                    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }],
                                },
                            },
                        ],
                    },
                ],
            }),
            message:
                "spec.ingress[0].from[0] selects every pod of every namespace but those it leaves out, on every port. Name the pods or the ports.",
        },
        "every namespace but one": {
            object: networkPolicy({
                podSelector,
                ingress: [
                    {
                        from: [
                            {
                                namespaceSelector: {
                                    matchExpressions: [{ key: "team", operator: "NotIn", values: ["red"] }],
                                },
                            },
                        ],
                    },
                ],
            }),
            message:
                "spec.ingress[0].from[0] selects every pod of every namespace but those it leaves out, on every port. Name the pods or the ports.",
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
        "a range with nearly all of it left out": {
            object: networkPolicy({
                podSelector,
                ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["0.0.0.0/1", "128.0.0.0/2"] } }] }],
            }),
        },
        "namespaces by a label of one's own": {
            object: networkPolicy({
                podSelector,
                ingress: [
                    { from: [{ namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] } }] },
                ],
            }),
        },
        "every address on some thousand ports": {
            object: networkPolicy({
                podSelector,
                ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 30_000, endPort: 32_767 }] }],
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
