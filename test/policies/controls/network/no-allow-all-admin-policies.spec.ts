import { noAllowAllAdminPolicies } from "../../../../policies/controls/network/no-allow-all-admin-policies";
import { describeControl } from "../../../support/control-suite";

const policy = (spec: object, kind = "AdminNetworkPolicy") => ({
    apiVersion: "policy.networking.k8s.io/v1alpha1",
    kind,
    metadata: { name: "rules" },
    spec: { priority: 10, subject: { namespaces: {} }, ...spec },
});
const message = (path: string): string => `${path} is every peer, on every port. Name the peers or the ports.`;

describeControl(noAllowAllAdminPolicies, {
    refused: {
        "every namespace": {
            object: policy({ ingress: [{ action: "Allow", from: [{ namespaces: {} }] }] }),
            message: message("spec.ingress[0].from[0]"),
        },
        "every pod": {
            object: policy({
                egress: [{ action: "Allow", to: [{ pods: { namespaceSelector: {}, podSelector: {} } }] }],
            }),
            message: message("spec.egress[0].to[0]"),
        },
        "every address, in the newer kind": {
            object: policy(
                { egress: [{ action: "Accept", to: [{ networks: ["0.0.0.0/0"] }] }] },
                "ClusterNetworkPolicy",
            ),
            message: message("spec.egress[0].to[0]"),
        },
    },
    allowed: {
        "a rule that denies": { object: policy({ ingress: [{ action: "Deny", from: [{ namespaces: {} }] }] }) },
        "a rule that leaves the choice": {
            object: policy({ ingress: [{ action: "Pass", from: [{ namespaces: {} }] }] }),
        },
        "named namespaces": {
            object: policy({
                ingress: [{ action: "Allow", from: [{ namespaces: { matchLabels: { team: "ops" } } }] }],
            }),
        },
        "named ports": {
            object: policy({
                ingress: [{ action: "Allow", from: [{ namespaces: {} }], ports: [{ portNumber: { port: 9090 } }] }],
            }),
        },
    },
});
