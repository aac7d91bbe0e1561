import assert from "node:assert/strict";

import { kubeObjects } from "../../../policies/kubernetes/kube";
import { podsOf } from "../../../policies/kubernetes/pods";
import { resourceOf } from "../../support/controls";
import { configMap } from "../../support/objects";

describe("kubeObjects", () => {
    it("finds what lists hold, however deep one is in another, with its full path", () => {
        let body: object = configMap({});
        for (let depth = 1; depth <= 50; depth++) {
            body = { apiVersion: "v1", kind: "List", items: [body] };
            const [object, ...more] = kubeObjects(resourceOf(body as Parameters<typeof resourceOf>[0]));
            assert.deepEqual([object?.kind, object?.name, more], ["ConfigMap", "settings", []]);
            assert.equal(object?.prefix, "items[0].".repeat(depth));
        }
    });

    it("gives the items of a typed list the kind that they leave out", () => {
        const items = [{ metadata: { name: "a" } }, { metadata: { name: "b" } }];
        const objects = kubeObjects(resourceOf({ apiVersion: "v1", kind: "SecretList", items }));
        assert.deepEqual(
            objects.map(({ apiVersion, kind, name }) => `${apiVersion} ${kind} ${name}`),
            ["v1 Secret a", "v1 Secret b"],
        );
    });

    describe("finds whole objects within one that makes them", () => {
        const BINDING = {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRoleBinding",
            metadata: { name: "all" },
        };
        const found = (body: object): readonly string[] =>
            kubeObjects(resourceOf(body as Parameters<typeof resourceOf>[0])).map(
                ({ kind, name, prefix }) => `${prefix}${kind} ${name}`,
            );
        const work = (manifests: unknown, over: object = {}): object => ({
            apiVersion: "work.open-cluster-management.io/v1",
            kind: "ManifestWork",
            metadata: { name: "work" },
            spec: { workload: { manifests } },
            ...over,
        });

        it("wherever they stand, lists and further ones among them", () => {
            const inner = work([BINDING, { apiVersion: "v1", kind: "List", metadata: {}, items: [configMap({})] }]);
            assert.deepEqual(found(work([inner])), [
                "ManifestWork work",
                "spec.workload.manifests[0].ManifestWork work",
                "spec.workload.manifests[0].spec.workload.manifests[0].ClusterRoleBinding all",
                "spec.workload.manifests[0].spec.workload.manifests[1].items[0].ConfigMap settings",
            ]);
        });

        it("however deep", () => {
            const deep = Array.from({ length: 1000 }).reduce<unknown>((inner) => [inner], BINDING);
            assert.deepEqual(found(work(deep)), [
                "ManifestWork work",
                `spec.workload.manifests${"[0]".repeat(1000)}.ClusterRoleBinding all`,
            ]);
        });

        it("and takes no reference, record or pattern for one", () => {
            const reference = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
            assert.deepEqual(found(work([reference], { status: { was: BINDING } })), ["ManifestWork work"]);
            for (const apiVersion of ["v1", "apps/v1", "kyverno.io/v1", "policy.open-cluster-management.io/v1"]) {
                assert.deepEqual(found(work([BINDING], { apiVersion })), ["ManifestWork work"], apiVersion);
            }
            assert.deepEqual(found(work(null)), ["ManifestWork work"]);
        });

        it("with the parameters of a template that have a value", () => {
            const template = {
                apiVersion: "template.openshift.io/v1",
                kind: "Template",
                metadata: { name: "web" },
                parameters: [{ name: "NAME", value: "shop" }, { name: "COUNT", value: "3" }, { name: "OPEN" }],
                objects: [
                    {
                        apiVersion: "apps/v1",
                        kind: "Deployment",
                        metadata: { name: "${NAME}-web", namespace: "${OPEN}" },
                        spec: { replicas: "${{COUNT}}", paused: "${{NAME}}" },
                    },
                ],
            };
            const [, object] = kubeObjects(resourceOf(template));
            assert.deepEqual(
                [object?.name, object?.namespace, object?.body["spec"], object?.prefix],
                ["shop-web", "${OPEN}", { replicas: 3, paused: "shop" }, "objects[0]."],
            );
        });

        it("whose pods are found once", () => {
            const pod = {
                ...BINDING,
                apiVersion: "v1",
                kind: "Pod",
                spec: { containers: [{ name: "web", image: "web:1" }] },
            };
            const objects = kubeObjects(resourceOf(work([pod]) as Parameters<typeof resourceOf>[0]));
            assert.deepEqual(
                objects.map((object) => podsOf(object).length),
                [0, 1],
            );
        });
    });
});
