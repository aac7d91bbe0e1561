import type { Verdicts } from "../../../support/networks";
import { app, denyAll, objectOf, policy, testVerdicts } from "../../../support/networks";

const admin = objectOf("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy");
const baseline = objectOf("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy");
const cluster = objectOf("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy");

const VERDICTS: Verdicts = {
    "let an administrator's rule come first": [
        "till/web > shop/db:TCP 80",
        "allowed | let spec.ingress[0]",
        [
            denyAll,
            admin("let", {
                priority: 1,
                subject: { namespaces: {} },
                ingress: [{ action: "Allow", from: [{ namespaces: {} }], ports: [{ portNumber: { port: 80 } }] }],
            }),
        ],
    ],
    "hand on what an administrator's rule passes": [
        "till/web > shop/db:TCP 80",
        "denied | pass spec.ingress[0] | deny spec",
        [
            denyAll,
            admin("pass", {
                priority: 1,
                subject: { namespaces: {} },
                ingress: [
                    { action: "Pass", from: [{ namespaces: {} }] },
                    { action: "Allow", from: [{ namespaces: {} }] },
                ],
            }),
        ],
    ],
    "leave open which of two administrators with one priority is heard": [
        "till/web > shop/db:TCP 80",
        "unknown | a spec.ingress[0] | b spec.ingress[0]",
        ["Allow", "Deny"].map((action, index) =>
            admin(index === 0 ? "a" : "b", {
                priority: 5,
                subject: { namespaces: {} },
                ingress: [{ action, from: [{ namespaces: {} }] }],
            }),
        ),
    ],
    "take a port's name with its number in an administrator's rule": [
        "till/web > shop/db:TCP 80",
        "allowed",
        [
            admin("named", {
                priority: 1,
                subject: { namespaces: {} },
                ingress: [{ action: "Deny", from: [{ namespaces: {} }], ports: [{ namedPort: "http" }] }],
            }),
        ],
    ],
    "deny by a peer of a sort that nobody knows": [
        "till/web > shop/db:TCP 80",
        "denied | new spec.ingress[0]",
        [
            admin("new", {
                priority: 1,
                subject: { namespaces: {} },
                ingress: [{ action: "Pass", from: [{ galaxies: {} }] }],
            }),
        ],
    ],
    "ask the baseline last": [
        "till/web > shop/db:TCP 80",
        "denied | default spec.ingress[0]",
        [
            baseline("default", {
                subject: { namespaces: {} },
                ingress: [{ action: "Deny", from: [{ namespaces: { matchLabels: {} } }] }],
            }),
        ],
    ],
    "read a ClusterNetworkPolicy by tier, protocols and Accept": [
        "till/web > shop/db:UDP 53",
        "allowed | dns spec.ingress[0]",
        [
            denyAll,
            cluster("dns", {
                tier: "Admin",
                priority: 3,
                subject: { pods: { namespaceSelector: {}, podSelector: app("db") } },
                ingress: [
                    {
                        action: "Accept",
                        from: [{ namespaces: {} }],
                        protocols: [{ udp: { destinationPort: { range: { start: 50, end: 60 } } } }],
                    },
                ],
            }),
        ],
    ],
    "give way from the baseline tier to a NetworkPolicy": [
        "shop/web > shop/db:TCP 80",
        "allowed | in spec.ingress[0]",
        [
            policy("shop/in", { podSelector: {}, ingress: [{}] }),
            cluster("last", {
                tier: "Baseline",
                priority: 3,
                subject: { namespaces: {} },
                ingress: [{ action: "Deny", from: [{ namespaces: {} }] }],
            }),
        ],
    ],
};

describe("Network under administrators' policies", () => {
    testVerdicts(VERDICTS);
});
