import assert from "node:assert/strict";

import type { Party } from "../../../../policies/kubernetes/network";
import { addressParty, Network } from "../../../../policies/kubernetes/network";
import { withUnknown } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";
import { stackOf } from "../../../support/controls";

const OUTSIDE = addressParty("203.0.113.7");
const NODE: Party = { kind: "node", name: "", addresses: [] };

/** A pod `NAMESPACE/NAME` with the label `app: NAME` and a port named `http`. */
function pod(place: string, spec: Manifest = {}): Manifest {
    const [namespace, name] = place.split("/");
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels: { app: name } },
        spec: { containers: [{ name: "main", ports: [{ name: "http", containerPort: 8080 }] }], ...spec },
    };
}

function namespace(name: string, labels: Manifest = {}): Manifest {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

const objectOf =
    (apiVersion: string, kind: string) =>
    (place: string, spec: Manifest): Manifest => {
        const [name, home] = place.split("/").reverse();
        return { apiVersion, kind, metadata: { name, ...(home === undefined ? {} : { namespace: home }) }, spec };
    };

const policy = objectOf("networking.k8s.io/v1", "NetworkPolicy");
const admin = objectOf("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy");
const baseline = objectOf("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy");
const cluster = objectOf("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy");
const cilium = objectOf("cilium.io/v2", "CiliumNetworkPolicy");
const ciliumWide = objectOf("cilium.io/v2", "CiliumClusterwideNetworkPolicy");
const calico = objectOf("projectcalico.org/v3", "NetworkPolicy");
const calicoWide = objectOf("projectcalico.org/v3", "GlobalNetworkPolicy");

const PODS = [pod("shop/web"), pod("shop/db"), pod("till/web"), namespace("shop", { team: "a" }), namespace("till")];
const app = (name: string) => ({ matchLabels: { app: name } });
const denyAll = policy("shop/deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });

/** What becomes of a connection: `shop/web > shop/db:TCP 80`. */
function verdict(question: string, ...manifests: readonly Manifest[]): string {
    const network = new Network(stackOf(...manifests));
    const [ends = "", target = ""] = question.split(":");
    const [from, to] = ends.split(" > ").map((name): Party => {
        const found = network.pods.find(({ view }) => `${view.object.namespace}/${view.object.name}` === name);
        return found ?? (name === "node" ? NODE : name === "outside" ? OUTSIDE : addressParty(name));
    });
    const [protocol = "", port] = target.split(" ");
    assert.ok(from !== undefined && to !== undefined);
    const { verdict: found, by } = network.ask(from, to, { protocol, port: Number(port) });
    return [found, ...by.map(({ object, path }) => `${object.name} ${path}`)].join(" | ");
}

const cases: Readonly<Record<string, readonly [question: string, wanted: string, policies: readonly Manifest[]]>> = {
    "allow what no policy is about": ["shop/web > shop/db:TCP 80", "allowed", []],
    "deny what no rule of an isolating policy allows, and name it": [
        "till/web > shop/db:TCP 80",
        "denied | deny spec",
        [denyAll],
    ],
    "name the rules of both ends": [
        "shop/web > shop/db:TCP 80",
        "allowed | out spec.egress[0] | in spec.ingress[1]",
        [
            denyAll,
            policy("shop/out", { podSelector: app("web"), egress: [{ to: [{ podSelector: app("db") }] }] }),
            policy("shop/in", {
                podSelector: app("db"),
                ingress: [{ from: [{ podSelector: app("job") }] }, { ports: [{ port: 70, endPort: 90 }] }],
            }),
        ],
    ],
    "take the port of a sidecar by its name": [
        "shop/web > shop/proxied:TCP 9000",
        "allowed | in spec.ingress[0]",
        [
            pod("shop/proxied", {
                containers: [{ name: "main" }],
                initContainers: [
                    { name: "side", restartPolicy: "Always", ports: [{ name: "http", containerPort: 9000 }] },
                ],
            }),
            policy("shop/in", { podSelector: {}, ingress: [{ ports: [{ port: "http" }] }] }),
        ],
    ],
    "forget the port of an init container that ends": [
        "shop/web > shop/set-up:TCP 9000",
        "denied | in spec",
        [
            pod("shop/set-up", {
                containers: [{ name: "main" }],
                initContainers: [{ name: "once", ports: [{ name: "http", containerPort: 9000 }] }],
            }),
            policy("shop/in", { podSelector: {}, ingress: [{ ports: [{ port: "http" }] }] }),
        ],
    ],
    "leave open whether a template's pods have an address of a range": [
        "shop/web > shop/db:TCP 80",
        "unknown | in spec.ingress[0] | in spec",
        [policy("shop/in", { podSelector: app("db"), ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] })],
    ],
    "know an address outside by its range and the exceptions": [
        "203.0.113.7 > shop/db:TCP 80",
        "denied | in spec",
        [
            policy("shop/in", {
                podSelector: {},
                ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.0/28"] } }] }],
            }),
        ],
    ],
    "leave open what a label of an unknown namespace says": [
        "other/web > shop/db:TCP 80",
        "unknown | in spec.ingress[0] | in spec",
        [
            pod("other/web"),
            policy("shop/in", {
                podSelector: {},
                ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "b" } } }] }],
            }),
        ],
    ],
    "never stop a node, which may be the pod's own": ["node > shop/db:TCP 80", "unknown | deny spec", [denyAll]],
    "leave open what a policy says of a pod in its node's network": [
        "shop/web > shop/host:TCP 80",
        "unknown | in spec",
        [pod("shop/host", { hostNetwork: true }), policy("shop/in", { podSelector: app("host") })],
    ],
    "leave open what a policy says that is unknown in preview": [
        "shop/web > shop/db:TCP 80",
        "unknown",
        [withUnknown(policy("shop/in", { podSelector: {} }), "spec")],
    ],
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

describe("Network", () => {
    for (const [title, [question, wanted, policies]] of Object.entries(cases)) {
        it(`says: ${title}`, () => {
            assert.equal(verdict(question, ...PODS, ...policies), wanted);
        });
    }

    it("answers for all ports at once, in ranges", () => {
        const network = new Network(
            stackOf(...PODS, policy("shop/in", { podSelector: {}, ingress: [{ ports: [{ port: 80, endPort: 90 }] }] })),
        );
        const [db, , till] = network.pods;
        assert.ok(till !== undefined && db !== undefined);
        assert.deepEqual(
            network.ports(till, db).map(({ protocol, from, to, verdict: found }) => [protocol, from, to, found]),
            [
                ["TCP", 1, 79, "denied"],
                ["TCP", 80, 90, "allowed"],
                ["TCP", 91, 65_535, "denied"],
                ["UDP", 1, 65_535, "denied"],
                ["SCTP", 1, 65_535, "denied"],
            ],
        );
    });

    it("tells by the ranges of the pods whether a rule about addresses can be about one", () => {
        const rule = { from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] };
        const stack = stackOf(...PODS, policy("shop/in", { podSelector: {}, ingress: [rule] }));
        const found = (podRanges: readonly string[]) => {
            const network = new Network(stack, { podRanges });
            const [db, , till] = network.pods;
            assert.ok(till !== undefined && db !== undefined);
            return network.ask(till, db, { protocol: "TCP", port: 80 }).verdict;
        };
        assert.equal(found(["10.244.0.0/16"]), "allowed");
        assert.equal(found(["192.168.0.0/16"]), "denied");
        assert.equal(found(["10.244.0.0/16", "192.168.0.0/16"]), "unknown");
    });
});
