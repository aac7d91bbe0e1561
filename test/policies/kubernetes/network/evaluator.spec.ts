import assert from "node:assert/strict";

import { Network } from "../../../../policies/kubernetes/network";
import { withUnknown } from "../../../support/cases";
import { stackOf } from "../../../support/controls";
import type { Verdicts } from "../../../support/networks";
import { app, denyAll, pod, PODS, policy, testVerdicts } from "../../../support/networks";

const VERDICTS: Verdicts = {
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
};

describe("Network", () => {
    testVerdicts(VERDICTS);

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
