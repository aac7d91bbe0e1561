import assert from "node:assert/strict";

import { platformOf } from "../../../policies/platforms";
import type { FakeAsked } from "../../support/doctor";
import { answering, daemon, DENIED, DNS, listing, node, SLICES, tells, told, UID } from "../../support/doctor";

describe("the doctor of a cluster", () => {
    tells([
        [
            "an old API server",
            answering("/version", { gitVersion: "v1.32.9" }),
            ["missing version-served: API server is v1.32.9"],
        ],
        ["a newer major", answering("/version", { gitVersion: "v2.0.0" }), []],
        ["no version", answering("/version", {}), ["unknown version-served: API server doesn't say its version"]],
        [
            "a version that may not be seen",
            answering("/version", DENIED),
            ["unknown version-served: cluster doesn't answer: you may not"],
        ],
        [
            "a stack that is tied to no cluster",
            () => undefined,
            [`missing cluster-tied-to-the-stack: cluster.identity is not set; here it is ${UID}`],
            { identity: undefined },
        ],
        [
            "a stack of another cluster",
            () => undefined,
            [`missing cluster-tied-to-the-stack: cluster.identity is other; here it is ${UID}`],
            { identity: "other" },
        ],
        [
            "an old kernel",
            listing("nodes", [node("old", { kernelVersion: "5.4.0-90" }), node("new", { kernelVersion: "5.8.0" })]),
            ["missing nodes-fit: node old has kernel 5.4.0-90"],
        ],
        [
            "nodes that say nothing",
            listing("nodes", [node("mute", { kernelVersion: "" }), { metadata: { name: "dumb" } }]),
            [
                "unknown nodes-fit: node mute doesn't say its kernel's version",
                "unknown nodes-fit: node dumb doesn't say what it runs",
            ],
        ],
        ["a Windows node", listing("nodes", [node("win", { operatingSystem: "windows", kernelVersion: "10.0" })]), []],
        [
            "more nodes than there is room for",
            () => undefined,
            ["missing nodes-fit: nodes there are 2; the stack has room for 1"],
            { nodes: 1 },
        ],
        [
            "flannel",
            listing("daemonsets", [daemon("kube-flannel-ds")]),
            ["missing network-policies-enforced: DaemonSet kube-flannel-ds enforces none"],
        ],
        [
            "the VPC CNI",
            listing("daemonsets", [daemon("aws-node")]),
            [
                "unknown network-policies-enforced: DaemonSet aws-node enforces them only where it is told to, or new enough to",
            ],
        ],
        [
            "a network plugin of their own",
            listing("daemonsets", [daemon("our-net")]),
            ["unknown network-policies-enforced: cluster runs no network plugin that is known by its DaemonSet"],
        ],
        [
            "a program that is not ready on each node",
            listing("daemonsets", [daemon("calico-node", 1)]),
            [
                "unknown network-policies-enforced: DaemonSet calico-node would enforce them, and is ready on 1 of 2 nodes",
            ],
        ],
        [
            "a program of which nobody says where it runs",
            listing("daemonsets", [{ metadata: { name: "calico-node" } }]),
            [
                "unknown network-policies-enforced: DaemonSet calico-node would enforce them, and is ready on ? of ? nodes",
            ],
        ],
        [
            "a program that is left over beside the one that runs",
            listing("daemonsets", [daemon("calico-node", 0, 0), daemon("kube-flannel-ds")]),
            ["missing network-policies-enforced: DaemonSet kube-flannel-ds enforces none"],
        ],
        [
            "Cilium under a stack that is not made for it",
            listing("daemonsets", [daemon("cilium")]),
            [
                "missing network-policies-enforced: DaemonSet cilium is Cilium, which matches no node by its address; the stack is made for kubernetes",
            ],
        ],
        ["Cilium under a stack that is", listing("daemonsets", [daemon("cilium")]), [], { networkEngine: "cilium" }],
        [
            "DNS elsewhere",
            answering(DNS, { items: [] }),
            ["missing names-resolved: pods kube-system k8s-app=kube-dns are not there"],
        ],
        [
            "a cache on the nodes",
            listing("daemonsets", [daemon("kube-router"), daemon("node-local-dns")]),
            [
                "missing names-resolved: DaemonSet node-local-dns answers on each node, at an address that no policy opens",
            ],
        ],
        [
            "a cache on the nodes that is opened",
            listing("daemonsets", [daemon("kube-router"), daemon("node-local-dns")]),
            [],
            { dns: { addresses: ["169.254.20.10/32"] } },
        ],
        [
            "an API server elsewhere",
            answering(SLICES, { items: [{ endpoints: [{ addresses: ["10.9.0.1"] }], ports: [{ port: 8443 }] }] }),
            [
                "missing api-server-reached: address 10.9.0.1 is in none of cluster.apiServer.cidrs",
                "missing api-server-reached: port 8443 is not in cluster.apiServer.ports",
            ],
        ],
        [
            "endpoints that can't be seen",
            answering(SLICES, { items: [] }),
            ["unknown api-server-reached: Service default/kubernetes has no endpoints that can be seen"],
        ],
        [
            "an API server that judges no pods",
            (fake) => {
                fake.metrics = "up 1";
            },
            ["unknown pods-judged: API server has not judged a pod by it since its start, as far as its metrics say"],
        ],
        [
            "metrics that may not be seen",
            (fake) => {
                fake.metrics = "";
            },
            ["unknown pods-judged: API server doesn't show its metrics (forbidden: /metrics)"],
        ],
        [
            "a cluster that shows no identity",
            answering("/api/v1/namespaces/kube-system", undefined),
            ["unknown cluster-tied-to-the-stack: Namespace kube-system shows no uid"],
        ],
    ]);

    /** What is not ok of names where no stack says where they are resolved. */
    async function ofNames(change: (fake: FakeAsked) => void): Promise<readonly string[]> {
        const { open } = await told(undefined, change);
        return open.filter((line) => line.includes(" names-resolved: "));
    }

    it("tells without a stack of DNS where the platform of the nodes has it, and not where that is unknown", async () => {
        const withoutCoreDns = (label: string, answers: FakeAsked["answers"]) => (fake: FakeAsked) => {
            fake.lists["nodes"] = [node("a", {}, { metadata: { name: "a", labels: { [label]: "" } } })];
            fake.answers = { ...fake.answers, [DNS]: { items: [] }, ...answers };
        };
        const { dns, marks } = platformOf("openshift");
        const [mark = ""] = marks.flatMap(({ label }) => label ?? []);
        const selector = Object.entries(dns.labels).map((label) => label.join("="));
        const path = `/api/v1/namespaces/${dns.namespace}/pods?limit=1&labelSelector=${encodeURIComponent(selector.join())}`;
        assert.deepEqual(await ofNames(withoutCoreDns(mark, { [path]: { items: [{}] } })), []);
        assert.deepEqual(await ofNames(withoutCoreDns(mark, {})), [
            `missing names-resolved: pods ${dns.namespace} ${selector.join()} are not there`,
        ]);
        assert.deepEqual(await ofNames(withoutCoreDns("another", {})), [
            "unknown names-resolved: pods kube-system k8s-app=kube-dns are not there; neither a stack nor the nodes say where names are resolved",
        ]);
    });

    it("tells without a stack of a cache on the nodes, which is no fault of the cluster", async () => {
        assert.deepEqual(await ofNames(listing("daemonsets", [daemon("kube-router"), daemon("node-local-dns")])), [
            "unknown names-resolved: DaemonSet node-local-dns answers on each node, at an address that a stack has to open",
        ]);
    });
});
