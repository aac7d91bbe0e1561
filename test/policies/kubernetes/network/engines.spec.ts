import type { Verdicts } from "../../../support/networks";
import { app, denyAll, objectOf, policy, testVerdicts } from "../../../support/networks";

const cilium = objectOf("cilium.io/v2", "CiliumNetworkPolicy");
const ciliumWide = objectOf("cilium.io/v2", "CiliumClusterwideNetworkPolicy");
const calico = objectOf("projectcalico.org/v3", "NetworkPolicy");
const calicoWide = objectOf("projectcalico.org/v3", "GlobalNetworkPolicy");

const VERDICTS: Verdicts = {
    "keep a selector of Cilium in its namespace": [
        "till/web > shop/db:TCP 80",
        "denied | own spec",
        [cilium("shop/own", { endpointSelector: {}, ingress: [{ fromEndpoints: [{}] }] })],
    ],
    "let a selector of Cilium name another namespace": [
        "till/web > shop/db:TCP 80",
        "allowed | own spec.ingress[0]",
        [
            cilium("shop/own", {
                endpointSelector: {},
                ingress: [{ fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "till" } }] }],
            }),
        ],
    ],
    "let a denial of Cilium come before every allow": [
        "till/web > shop/db:TCP 80",
        "denied | no spec.ingressDeny[0]",
        [
            policy("shop/in", { podSelector: {}, ingress: [{}] }),
            ciliumWide("no", {
                endpointSelector: app("db"),
                ingressDeny: [{ fromEntities: ["cluster"], toPorts: [{ ports: [{ port: "80", protocol: "ANY" }] }] }],
            }),
        ],
    ],
    "open the ports of Cilium's rule without peers to everybody": [
        "outside > shop/db:TCP 8085",
        "allowed | own spec.ingress[0]",
        [
            cilium("shop/own", {
                endpointSelector: {},
                ingress: [{ toPorts: [{ ports: [{ port: "8080", endPort: 8090, protocol: "TCP" }] }] }],
            }),
        ],
    ],
    "isolate by Cilium's empty rule": [
        "outside > shop/db:TCP 80",
        "denied | own spec",
        [cilium("shop/own", { endpointSelector: {}, ingress: [{}] })],
    ],
    "keep Cilium's ranges for what is outside": [
        "shop/web > shop/db:TCP 80",
        "denied | own spec",
        [cilium("shop/own", { endpointSelector: {}, ingress: [{ fromCIDR: ["0.0.0.0/0"] }] })],
    ],
    "take Cilium's world for what is outside": [
        "shop/web > outside:TCP 443",
        "allowed | own spec.egress[0]",
        [cilium("shop/own", { endpointSelector: {}, egress: [{ toEntities: ["world"] }] })],
    ],
    "leave open which addresses a name has": [
        "shop/web > outside:TCP 443",
        "unknown | own spec.egress[0] | own spec",
        [cilium("shop/own", { endpointSelector: {}, egress: [{ toFQDNs: [{ matchName: "example.org" }] }] })],
    ],
    "add the policies of Cilium and of Kubernetes up": [
        "till/web > shop/db:TCP 80",
        "allowed | own spec.ingress[0]",
        [denyAll, cilium("shop/own", { endpointSelector: {}, ingress: [{ fromEntities: ["all"] }] })],
    ],
    "go through Calico's rules in the order that its policies name": [
        "till/web > shop/db:TCP 80",
        "denied | first spec.ingress[0]",
        [
            calicoWide("second", { order: 20, selector: "all()", ingress: [{ action: "Allow" }] }),
            calicoWide("first", {
                order: 10,
                selector: "app in {'db', 'cache'} && !has(legacy)",
                ingress: [{ action: "Deny", source: { namespaceSelector: "projectcalico.org/name == 'till'" } }],
            }),
        ],
    ],
    "put a NetworkPolicy among those of Calico, at 1000": [
        "till/web > shop/db:TCP 80",
        "allowed | in spec.ingress[0]",
        [
            policy("shop/in", { podSelector: {}, ingress: [{}] }),
            calicoWide("late", { order: 1001, selector: "all()", ingress: [{ action: "Deny" }] }),
        ],
    ],
    "go on with the next tier of Calico where a rule passes": [
        "till/web > shop/db:TCP 80",
        "denied | sec spec.ingress[0] | own spec.ingress[0]",
        [
            { apiVersion: "projectcalico.org/v3", kind: "Tier", metadata: { name: "sec" }, spec: { order: 100 } },
            calicoWide("sec", { tier: "sec", selector: "all()", ingress: [{ action: "Pass" }] }),
            calico("shop/own", {
                selector: "app == 'db'",
                ingress: [{ action: "Deny", protocol: "TCP", destination: { ports: ["79:81"] } }, { action: "Allow" }],
            }),
        ],
    ],
    "keep a selector of a namespaced policy of Calico in its namespace": [
        "till/web > shop/db:TCP 80",
        "denied | own spec",
        [calico("shop/own", { ingress: [{ action: "Allow", source: { selector: "app == 'web'" } }] })],
    ],
    "leave out ports that a rule of Calico excludes": [
        "till/web > shop/db:TCP 80",
        "denied | own spec",
        [calico("shop/own", { ingress: [{ action: "Allow", protocol: 6, destination: { notPorts: [80] } }] })],
    ],
    "know an address by Calico's sets": [
        "203.0.113.7 > shop/db:TCP 80",
        "allowed | own spec.ingress[0]",
        [
            {
                apiVersion: "projectcalico.org/v3",
                kind: "GlobalNetworkSet",
                metadata: { name: "partners", labels: { partner: "yes" } },
                spec: { nets: ["203.0.113.0/24"] },
            },
            calicoWide("own", { ingress: [{ action: "Allow", source: { selector: "has(partner)" } }] }),
        ],
    ],
    "leave open where a tier of Calico stands that is not there": [
        "till/web > shop/db:TCP 80",
        "unknown | sec spec.ingress[0] | sec spec",
        [calicoWide("sec", { tier: "elsewhere", ingress: [{ action: "Deny" }] })],
    ],
    "leave open what a selector of Calico takes that can't be read": [
        "till/web > shop/db:TCP 80",
        "unknown | own spec",
        [calicoWide("own", { selector: "app ~ 'db'", ingress: [] })],
    ],
};

describe("Network under the policies of Cilium and Calico", () => {
    testVerdicts(VERDICTS);
});
