import { strict as assert } from "node:assert";

import { ApiError, ReadOnlyClient } from "../../../../hardening/sources/cluster/client";
import type { ClusterRequest } from "../../../../hardening/sources/cluster/cluster";
import { readCluster } from "../../../../hardening/sources/cluster/cluster";
import { obj, str } from "../../../../policies/kubernetes/kube";
import type { ServedKind } from "../../../support/api-server";
import { apiServer } from "../../../support/api-server";

function item(name: string, namespace?: string, over: object = {}) {
    return { metadata: { name, ...(namespace !== undefined && { namespace }), ...over } };
}

const PODS: ServedKind = { apiVersion: "v1", kind: "Pod", name: "pods" };

/** Reads a cluster that serves some kinds. */
async function read(kinds: readonly ServedKind[], request: Partial<ClusterRequest> = {}, page = 500) {
    const server = await apiServer(kinds, page);
    const client = new ReadOnlyClient({ name: "test", server: server.url, insecure: false, token: "secret" }, 1);
    try {
        const { resources, failures } = await readCluster(client, { source: "cluster test", ...request });
        return {
            resources,
            failures,
            ...server,
            names: resources.map(({ props }) => str(obj(props["metadata"])["name"])),
        };
    } finally {
        client.close();
        await server.close();
    }
}

describe("readCluster", () => {
    it("lists what discovery names and gives each object its kind", async () => {
        const { resources, failures, requests, authorizations } = await read([
            { ...PODS, items: [item("a", "x", { managedFields: [{}] })] },
            { apiVersion: "apps/v1", kind: "Deployment", name: "deployments", items: [item("b", "x")] },
            { apiVersion: "v1", kind: "Pod", name: "pods/log" },
            { apiVersion: "v1", kind: "Thing", name: "things", verbs: ["get"], items: [item("no")] },
            { apiVersion: "v1", kind: "Event", name: "events", items: [item("no")] },
            { apiVersion: "metrics.k8s.io/v1", kind: "PodMetrics", name: "pods", items: [item("no")] },
        ]);
        assert.deepEqual(failures, []);
        assert.deepEqual(resources, [
            {
                source: "cluster test",
                document: 0,
                type: "kubernetes:core/v1:Pod",
                props: { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "x" } },
                shown: true,
            },
            {
                source: "cluster test",
                document: 0,
                type: "kubernetes:apps/v1:Deployment",
                props: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "b", namespace: "x" } },
                shown: true,
            },
        ]);
        assert.deepEqual([...requests].sort(), [
            "GET /api/v1",
            "GET /api/v1/pods?limit=500",
            "GET /apis",
            "GET /apis/apps/v1",
            "GET /apis/apps/v1/deployments?limit=500",
        ]);
        assert.deepEqual([...authorizations], ["Bearer secret"]);
    });

    it("reads a list page by page and tells how far it is", async () => {
        const seen: number[] = [];
        const items = Array.from({ length: 7 }, (_, index) => item(`p${index}`));
        const { names, requests } = await read([{ ...PODS, items }], { progress: (count) => seen.push(count) }, 3);
        assert.deepEqual(names, ["p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
        assert.deepEqual(seen, [3, 6, 7]);
        assert.deepEqual(requests.slice(2), [
            "GET /api/v1/pods?limit=500",
            "GET /api/v1/pods?limit=500&continue=3",
            "GET /api/v1/pods?limit=500&continue=6",
        ]);
    });

    it("starts a list again when its continuation has gone", async () => {
        const items = Array.from({ length: 4 }, (_, index) => item(`p${index}`));
        const { names, failures } = await read([{ ...PODS, items, expires: true }], {}, 3);
        assert.deepEqual(names, ["p0", "p1", "p2", "p3"]);
        assert.deepEqual(failures, []);
    });

    it("asks again when the server is busy", async () => {
        const { names, requests } = await read([{ ...PODS, items: [item("a")], refuse: { status: 429, times: 2 } }]);
        assert.deepEqual(names, ["a"]);
        assert.equal(requests.filter((line) => line.includes("/pods")).length, 3);
    });

    it("says what it could not list and reads the rest", async () => {
        const forbidden = 'secrets is forbidden: User "u" cannot list resource "secrets"';
        const { names, failures, requests } = await read([
            { apiVersion: "v1", kind: "Secret", name: "secrets", refuse: { status: 403, message: forbidden } },
            { apiVersion: "v1", kind: "Node", name: "nodes", refuse: { status: 503 } },
            { ...PODS, items: [item("a")] },
        ]);
        assert.deepEqual(names, ["a"]);
        assert.deepEqual(
            [...failures].sort((a, b) => (a.message < b.message ? -1 : 1)),
            [
                {
                    source: "cluster test",
                    message: "can't list nodes: HTTP 503",
                    cause: "input",
                    unread: { group: "", kind: "Node" },
                },
                {
                    source: "cluster test",
                    message: `can't list secrets: ${forbidden}`,
                    cause: "input",
                    unread: { group: "", kind: "Secret" },
                },
            ],
        );
        assert.equal(requests.filter((line) => line.includes("/secrets")).length, 1, "a refusal is final");
        assert.equal(requests.filter((line) => line.includes("/nodes")).length, 4, "a busy server is asked four times");
    });

    it("fails where discovery fails", async () => {
        const client = new ReadOnlyClient({ name: "test", server: "http://127.0.0.1:1", insecure: false }, 1);
        await assert.rejects(
            readCluster(client, { source: "s" }),
            (error) => error instanceof ApiError && error.status === 0,
        );
    });

    it("leaves out what a controller made, but not the pods of a node's own files", async () => {
        const ownedBy = (kind: string, controller = true) => ({ ownerReferences: [{ kind, name: "o", controller }] });
        const { names } = await read([
            {
                ...PODS,
                items: [
                    item("of-set", "x", ownedBy("ReplicaSet")),
                    item("of-job", "x", ownedBy("Job")),
                    item("of-node", "x", ownedBy("Node")),
                    item("of-operator", "x", ownedBy("Prometheus")),
                    item("held", "x", ownedBy("ReplicaSet", false)),
                    item("naked", "x"),
                ],
            },
        ]);
        assert.deepEqual(names, ["of-node", "of-operator", "held", "naked"]);
    });

    it("drops the values of Secrets, and the copy that kubectl keeps of them", async () => {
        const secret = {
            metadata: {
                name: "s",
                annotations: { "kubectl.kubernetes.io/last-applied-configuration": "hunter2", kept: "yes" },
            },
            type: "Opaque",
            data: { password: "aHVudGVyMg==" },
        };
        const { resources } = await read([{ apiVersion: "v1", kind: "Secret", name: "secrets", items: [secret] }]);
        assert.deepEqual(resources[0]?.props, {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "s", annotations: { kept: "yes" } },
            type: "Opaque",
            data: { password: "" },
        });
    });

    const served: readonly ServedKind[] = [
        { ...PODS, items: [item("a", "x"), item("b", "y")] },
        { apiVersion: "v1", kind: "Namespace", name: "namespaces", namespaced: false, items: [item("x"), item("y")] },
        { apiVersion: "v1", kind: "Node", name: "nodes", namespaced: false, items: [item("n")] },
    ];

    it("reads only the namespaces asked for, and their own objects", async () => {
        const { names, requests } = await read(served, { namespaces: ["x"] });
        assert.deepEqual(names, ["a", "x"]);
        assert.deepEqual(requests.filter((line) => line.includes("limit")).sort(), [
            "GET /api/v1/namespaces/x/pods?limit=500",
            "GET /api/v1/namespaces?limit=500",
        ]);
    });

    it("leaves out namespaces and kinds that are excluded", async () => {
        assert.deepEqual((await read(served, { excludeNamespaces: ["x"] })).names, ["b", "y", "n"]);
        assert.deepEqual((await read(served, { excludeResources: ["nodes"] })).names, ["a", "b", "x", "y"]);
    });
});
