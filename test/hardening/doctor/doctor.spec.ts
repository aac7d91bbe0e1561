import assert from "node:assert/strict";

import { countsOf, examine, QUESTIONS } from "../../../hardening/doctor";
import type { Asked, Patient } from "../../../hardening/doctor/question";
import { networkProgram, platformOfNodes } from "../../../hardening/doctor/recognise";
import { seenSettings } from "../../../hardening/doctor/settings";
import { ApiError } from "../../../hardening/sources/cluster/client";
import type { Body } from "../../../policies/kubernetes/kube";
import { PLATFORM_NAMES, platformOf } from "../../../policies/platforms";

const UID = "0b4c7a54-6f0e-4f5c-9d0b-1f0a5d6f7a10";
const SLICES =
    "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dkubernetes";
const DNS = "/api/v1/namespaces/kube-system/pods?limit=1&labelSelector=k8s-app%3Dkube-dns";

const node = (name: string, info: object, rest: object = {}): Body => ({
    metadata: { name },
    status: { nodeInfo: { operatingSystem: "linux", kernelVersion: "6.12.1", kubeletVersion: "v1.36.1", ...info } },
    ...rest,
});

const daemon = (name: string, ready = 2, wanted = 2): Body => ({
    metadata: { name },
    status: { desiredNumberScheduled: wanted, numberReady: ready },
});

const resource = (name: string, kind: string, namespaced = false) => ({ name, kind, namespaced });

/** A cluster that has everything, of which a test takes something away. */
class Fake implements Asked {
    public answers: Record<string, Body | ApiError | undefined> = {
        "/version": { gitVersion: "v1.36.1" },
        "/api/v1/namespaces/kube-system": { metadata: { name: "kube-system", uid: UID } },
        "/api/v1/namespaces/monitoring": { metadata: { name: "monitoring" } },
        [SLICES]: { items: [{ endpoints: [{ addresses: ["10.0.0.3"] }], ports: [{ port: 6443 }] }] },
        [DNS]: { items: [{}] },
        "/api/v1": { resources: [resource("namespaces", "Namespace"), resource("pods/log", "Pod", true)] },
        "/apis/monitoring.coreos.com/v1": { resources: [resource("prometheusrules", "PrometheusRule", true)] },
        "/apis/apps/v1": { resources: [resource("statefulsets", "StatefulSet", true)] },
        "/apis/apiextensions.k8s.io/v1": {
            resources: [resource("customresourcedefinitions", "CustomResourceDefinition")],
        },
    };
    public lists: Record<string, readonly Body[] | ApiError> = {
        nodes: [node("a", {}), node("b", {})],
        daemonsets: [daemon("calico-node")],
        storageclasses: [
            {
                metadata: { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
            },
        ],
    };
    public metrics = 'pod_security_evaluations_total{decision="allow"} 3';
    public refused: readonly string[] = [];

    public async get(path: string): Promise<Body | undefined> {
        const answer = this.answers[path];
        return answer instanceof ApiError ? Promise.reject(answer) : Promise.resolve(answer);
    }

    public async objects(_base: string, plural: string): Promise<readonly Body[]> {
        const found = this.lists[plural];
        return found === undefined || found instanceof ApiError
            ? Promise.reject(found ?? new ApiError(`${plural} is forbidden`, 403))
            : Promise.resolve(found);
    }

    public async text(): Promise<string> {
        return this.metrics === ""
            ? Promise.reject(new ApiError("forbidden: /metrics", 403))
            : Promise.resolve(this.metrics);
    }

    public async may(verb: string, group: string, plural: string): Promise<boolean> {
        return Promise.resolve(!this.refused.includes(`${verb} ${group}/${plural}`));
    }
}

const OBJECTS: readonly Body[] = [
    {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "spire", annotations: { "x0tta6bl4.io/stack": "acme/live" } },
    },
    {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "entries.spire.example" },
        spec: { group: "spire.example", names: { kind: "Entry" }, versions: [{ name: "v1" }] },
    },
    { apiVersion: "spire.example/v1", kind: "Entry", metadata: { name: "shop" } },
    {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name: "rules", namespace: "monitoring" },
    },
    {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: "server", namespace: "spire" },
        spec: { volumeClaimTemplates: [{ spec: {} }] },
    },
];

function patient(cluster: Body = {}): Patient {
    const apiServer = { cidrs: ["10.0.0.0/28"], ports: [6443] };
    const set = { identity: UID, platform: "generic", apiServer, ...cluster };
    return { project: "acme", objects: OBJECTS, cluster: set };
}

/** What is not ok, as `status question: subject found`; with what all come to. */
async function told(change: (fake: Fake) => void = () => undefined, stack: Patient | undefined = patient()) {
    const fake = new Fake();
    change(fake);
    const diagnoses = await examine(fake, stack);
    const open = diagnoses.flatMap(({ question, answers }) =>
        answers
            .filter(({ status }) => status !== "ok")
            .map(({ status, subject, found }) => `${status} ${question.name}: ${subject} ${found}`),
    );
    return { open, counts: countsOf(diagnoses) };
}

/** Has the API server answer a path with something else. */
const answering = (path: string, answer: Body | ApiError | undefined) => (fake: Fake) => {
    fake.answers[path] = answer;
};

const listing = (plural: string, items: readonly Body[] | ApiError) => (fake: Fake) => {
    fake.lists[plural] = items;
};

const DENIED = new ApiError("you may not", 403);

describe("the doctor", () => {
    it("finds nothing wrong where everything is there, but what a node doesn't show", async () => {
        const { open, counts } = await told();
        assert.deepEqual(open, [
            "unknown platform-set: nodes show no platform that is known, or several; cluster.platform is generic",
        ]);
        assert.equal(counts.missing, 0);
        assert.ok(counts.ok > 10);
    });

    const cases: readonly (readonly [string, (fake: Fake) => void, readonly string[], Body?])[] = [
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
            ["unknown network-policies-enforced: DaemonSet aws-node enforces them only where it is told to"],
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
            "no Prometheus Operator",
            answering("/apis/monitoring.coreos.com/v1", undefined),
            ["missing kinds-served: PrometheusRule of monitoring.coreos.com/v1 is not served"],
        ],
        [
            "no monitoring",
            answering("/api/v1/namespaces/monitoring", undefined),
            ["missing namespaces-there: Namespace monitoring is not there"],
        ],
        [
            "somebody else's SPIRE",
            answering("/api/v1/namespaces/spire", {
                metadata: { name: "spire", managedFields: [{ manager: "helm" }] },
            }),
            ["missing nothing-in-the-way: Namespace spire is there, written by helm"],
        ],
        [
            "what the stack has made before",
            answering("/api/v1/namespaces/spire", {
                metadata: {
                    name: "spire",
                    annotations: { "x0tta6bl4.io/stack": "acme/live" },
                    managedFields: [{ manager: "pulumi-kubernetes-1234" }, { manager: "kubelet" }],
                },
            }),
            [],
        ],
        [
            "what another stack has made",
            answering("/api/v1/namespaces/spire", {
                metadata: {
                    name: "spire",
                    annotations: { "x0tta6bl4.io/stack": "acme/other" },
                    managedFields: [{ manager: "pulumi-kubernetes-1234" }],
                },
            }),
            ["missing nothing-in-the-way: Namespace spire is there, and belongs to the stack acme/other"],
        ],
        [
            "what may be another stack's",
            answering("/api/v1/namespaces/spire", {
                metadata: { name: "spire", managedFields: [{ manager: "pulumi-kubernetes-1234" }] },
            }),
            ["missing nothing-in-the-way: Namespace spire is there, and says of no stack that it is its own"],
        ],
        [
            "a cluster that shows no identity",
            answering("/api/v1/namespaces/kube-system", undefined),
            ["unknown cluster-tied-to-the-stack: Namespace kube-system shows no uid"],
        ],
        [
            "somebody who may not",
            (fake) => {
                fake.refused = ["create /namespaces", "delete apps/statefulsets"];
            },
            [
                "missing rights-held: namespaces may not be asked to create",
                "missing rights-held: statefulsets.apps may not be asked to delete",
            ],
        ],
        [
            "no default StorageClass",
            listing("storageclasses", []),
            ["missing volumes-provided: default StorageClass is not there"],
        ],
        [
            "StorageClasses that may not be seen",
            listing("storageclasses", DENIED),
            ["unknown volumes-provided: cluster doesn't answer: you may not"],
        ],
    ];

    for (const [title, change, expected, cluster] of cases) {
        it(`tells of ${title}`, async () => {
            const { open } = await told(change, patient(cluster));
            assert.deepEqual(
                open.filter((line) => !line.startsWith("unknown platform-set:")),
                expected,
            );
        });
    }

    it("says what to do about everything it may find", () => {
        for (const { remedy, title, name } of QUESTIONS) {
            assert.match(remedy, /^[A-Z].*\.$/s, name);
            assert.match(title, /^[A-Z]/, name);
        }
        assert.equal(new Set(QUESTIONS.map(({ name }) => name)).size, QUESTIONS.length);
    });

    it("asks without a stack what holds for any, and blames nothing on one", async () => {
        const { open, counts } = await told(() => undefined, undefined);
        assert.deepEqual(open, [
            "unknown platform-set: nodes show no platform that is known, or several; cluster.platform is generic",
        ]);
        assert.ok(counts.ok > 4);
    });

    it("knows every platform by each of its marks, and none by a mixture", () => {
        for (const name of PLATFORM_NAMES) {
            for (const { providerId, label, annotation, version, osImage } of platformOf(name).marks) {
                const marked: Body = {
                    metadata: {
                        name: "n",
                        ...(label !== undefined && { labels: { [label]: "" } }),
                        ...(annotation !== undefined && { annotations: { [annotation]: "" } }),
                    },
                    spec: { providerID: `${providerId ?? ""}x` },
                    status: { nodeInfo: { kubeletVersion: `v1.36.0${version ?? ""}1`, osImage: `${osImage ?? ""}v1` } },
                };
                assert.equal(platformOfNodes([marked, marked]), name);
                assert.equal(platformOfNodes([marked, node("plain", {})]), undefined);
            }
        }
        assert.equal(platformOfNodes([]), undefined);
    });

    it("takes the program that enforces for the one that counts", () => {
        assert.equal(networkProgram(["kube-flannel", "calico-node"])?.name, "calico-node");
        assert.equal(networkProgram(["aws-node"])?.enforces, "depends");
        assert.equal(networkProgram(["cilium-envoy"]), undefined);
    });

    it("writes the settings it can see, and names those that it can't", async () => {
        const fake = new Fake();
        fake.lists["nodes"] = [node("a", { kubeletVersion: "v1.36.0+k3s1" })];
        fake.lists["daemonsets"] = DENIED;
        assert.deepEqual(await seenSettings(fake), {
            seen: {
                identity: UID,
                platform: "k3s",
                apiServer: { cidrs: ["10.0.0.3/32"], ports: [6443] },
                nodes: 2,
            },
            unseen: ["networkEngine"],
        });
    });
});
