import { namespacesDenyByDefault } from "../../../../policies/controls/network/namespaces-deny-by-default";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { namespace, networkPolicy } from "../../../support/objects";

const message = (directions: string): string =>
    `no NetworkPolicy selects all pods of namespace "shop" for ${directions} and denies by default. Add one with an empty podSelector, policyTypes Ingress and Egress and no rules.`;
const calico = (spec: Manifest): Manifest => ({
    apiVersion: "projectcalico.org/v3",
    kind: "GlobalNetworkPolicy",
    metadata: { name: "deny" },
    spec,
});
const cilium = (spec: Manifest, kind = "CiliumNetworkPolicy"): Manifest => ({
    apiVersion: "cilium.io/v2",
    kind,
    metadata: { name: "deny", ...(kind === "CiliumNetworkPolicy" && { namespace: "shop" }) },
    spec,
});
const BOTH = ["Ingress", "Egress"];

describeControl(namespacesDenyByDefault, {
    refused: {
        "a namespace whose policy selects only some pods": {
            stack: [namespace(), networkPolicy({ podSelector: { matchLabels: { app: "web" } }, policyTypes: BOTH })],
            message: message("Ingress and Egress"),
        },
        "a namespace without a policy": { object: namespace(), message: message("Ingress and Egress") },
        "a policy that isolates ingress only": {
            stack: [namespace(), networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] })],
            message: message("Egress"),
        },
        "a policy without policyTypes, which leaves egress open": {
            stack: [namespace(), networkPolicy({ podSelector: {} })],
            message: message("Egress"),
        },
        "a policy that allows everything again": {
            stack: [namespace(), networkPolicy({ podSelector: {}, policyTypes: BOTH, egress: [{}] })],
            message: message("Egress"),
        },
        "a policy of another namespace": {
            stack: [namespace(), networkPolicy({ podSelector: {}, policyTypes: BOTH }, { namespace: "other" })],
            message: message("Ingress and Egress"),
        },
        "a policy of Calico for some, or that allows everybody again": {
            stack: [
                namespace(),
                calico({ selector: "app == 'web'", types: ["Ingress", "Egress"] }),
                calico({ types: ["Ingress"], ingress: [{ action: "Allow" }] }),
                calico({ types: ["Egress"], egress: [{ action: "Allow", destination: { nets: ["0.0.0.0/0"] } }] }),
            ],
            message: message("Ingress and Egress"),
        },
        "a policy of Cilium that switches the default deny off, or allows everybody again": {
            stack: [
                namespace(),
                cilium({ endpointSelector: {}, ingress: [{}], enableDefaultDeny: { ingress: false } }),
                cilium({ endpointSelector: {}, egress: [{ toEntities: ["all"] }] }),
            ],
            message: message("Ingress and Egress"),
        },
        "a policy of Cilium for some endpoints, or without rules": {
            stack: [
                namespace(),
                cilium({ endpointSelector: { matchLabels: { app: "web" } }, ingress: [{}], egress: [{}] }),
                cilium({ endpointSelector: {} }),
            ],
            message: message("Ingress and Egress"),
        },
    },
    allowed: {
        "a policy of Calico for the whole cluster": {
            stack: [namespace(), calico({ selector: "all()", types: ["Ingress", "Egress"] })],
        },
        "a policy of Cilium for all endpoints": {
            stack: [namespace(), cilium({ endpointSelector: {}, ingress: [{}], egress: [{}] })],
        },
        "policies of Cilium for the whole cluster, one for each direction": {
            stack: [
                namespace(),
                cilium({ endpointSelector: {}, ingress: [{}] }, "CiliumClusterwideNetworkPolicy"),
                cilium(
                    { endpointSelector: {}, egress: [{ toEntities: ["kube-apiserver"] }] },
                    "CiliumClusterwideNetworkPolicy",
                ),
            ],
        },
        "one policy for both directions": {
            stack: [namespace(), networkPolicy({ podSelector: {}, policyTypes: BOTH })],
        },
        "one policy for each direction": {
            stack: [
                namespace(),
                networkPolicy({ podSelector: {} }, { name: "in" }),
                networkPolicy({ podSelector: {}, policyTypes: ["Egress"] }, { name: "out" }),
            ],
        },
        "a policy that isolates all pods and lets them ask for names": {
            stack: [
                namespace(),
                networkPolicy({
                    podSelector: {},
                    policyTypes: BOTH,
                    egress: [{ ports: [{ port: 53, protocol: "UDP" }] }],
                }),
            ],
        },
    },
    unknown: { document: 1, path: "spec.podSelector" },
});
