import assert from "node:assert/strict";

import fc from "fast-check";

import { POD_CARRIERS } from "../../../policies/kubernetes/kinds";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import { carriesPod, podsOf } from "../../../policies/kubernetes/pods";
import { jsonValue } from "../../support/arbitrary";
import type { Manifest } from "../../support/controls";
import { resourceOf } from "../../support/controls";

const CONTAINER = { name: "web", image: "web:1" };
const TEMPLATE = { metadata: { labels: { app: "web" } }, spec: { hostPID: true, containers: [CONTAINER] } };

function podsIn(manifest: Manifest) {
    return kubeObjects(resourceOf({ metadata: { name: "web" }, ...manifest })).flatMap((object) => podsOf(object));
}

/** A value at the end of some steps; `*` becomes a list of one. */
function at(steps: readonly string[], value: unknown): unknown {
    return steps.reduceRight<unknown>((inner, step) => (step === "*" ? [inner] : { [step]: inner }), value);
}

describe("pods in objects", () => {
    it("are found at every place of the table, with their paths", () => {
        for (const { group, kind, places } of POD_CARRIERS) {
            for (const { at: steps, spec = ["spec"], containers } of places) {
                const fields = Object.keys(containers ?? { containers: "main" });
                const held = { hostPID: true, ...Object.fromEntries(fields.map((field) => [field, [CONTAINER]])) };
                const body = at([...steps, ...spec], held) as Manifest;
                const pods = podsIn({ apiVersion: group === "" ? "v1" : `${group}/v1`, kind, ...body });
                const pod = pods.find(({ spec: found }) => found["hostPID"] === true);
                assert.ok(pod !== undefined, `${kind} of ${group}: ${steps.join(".")}`);
                assert.equal(pod.path, [...steps, ...spec].join(".").replaceAll(".*", "[0]"));
                assert.deepEqual(
                    pod.containers.map(({ path }) => path),
                    fields.map((field) => [pod.path, `${field}[0]`].filter((step) => step !== "").join(".")),
                );
            }
        }
    });

    it("are several where an object holds several", () => {
        const workers = [{ template: TEMPLATE }, { template: TEMPLATE }];
        const pods = podsIn({
            apiVersion: "ray.io/v1",
            kind: "RayCluster",
            spec: { headGroupSpec: { template: TEMPLATE }, workerGroupSpecs: workers },
        });
        assert.deepEqual(
            pods.map(({ path }) => path),
            [
                "spec.headGroupSpec.template.spec",
                "spec.workerGroupSpecs[0].template.spec",
                "spec.workerGroupSpecs[1].template.spec",
            ],
        );
        const tasks = { first: { template: TEMPLATE }, "a.b": { template: TEMPLATE } };
        const maps = podsIn({
            apiVersion: "kubeflow.org/v1",
            kind: "PyTorchJob",
            spec: { pytorchReplicaSpecs: tasks },
        });
        assert.deepEqual(
            maps.map(({ path }) => path),
            ["spec.pytorchReplicaSpecs.first.template.spec", 'spec.pytorchReplicaSpecs["a.b"].template.spec'],
        );
    });

    it("are found in kinds that nobody has heard of, wherever a list of containers stands", () => {
        const [pod, ...others] = podsIn({
            apiVersion: "example.test/v1",
            kind: "Fleet",
            spec: { groups: { blue: [{ ships: { template: TEMPLATE } }] } },
        });
        assert.deepEqual(others, []);
        assert.equal(pod?.path, "spec.groups.blue[0].ships.template.spec");
        assert.equal(pod.metadataPath, "spec.groups.blue[0].ships.template.metadata");
        assert.deepEqual(pod.labels, { app: "web" });
        assert.equal(pod.partial, false);
        const [bare] = podsIn({ apiVersion: "example.test/v1", kind: "Fleet", podSpec: TEMPLATE.spec });
        assert.equal(bare?.path, "podSpec");
        assert.deepEqual(bare.labels, {});
    });

    it("are found however deep they stand", () => {
        const deep = at(Array<string>(1000).fill("*"), { template: TEMPLATE });
        const [pod] = podsIn({ apiVersion: "example.test/v1", kind: "Fleet", spec: deep });
        assert.equal(pod?.path, `spec${"[0]".repeat(1000)}.template.spec`);
    });

    it("are found in a kind of the API's own that names a group it is not of", () => {
        const [pod] = podsIn({ apiVersion: "v1", kind: "DaemonSet", spec: { template: TEMPLATE } });
        assert.equal(pod?.path, "spec.template.spec");
    });

    it("say nothing by what they leave out where a controller fills it in", () => {
        const partial = (manifest: Manifest) => podsIn(manifest).map((pod) => pod.partial);
        const prometheus = {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "Prometheus",
            spec: { containers: [CONTAINER] },
        };
        assert.deepEqual(partial(prometheus), [true]);
        const unnamed = { ...TEMPLATE, spec: { containers: [{ name: "web" }] } };
        assert.deepEqual(partial({ apiVersion: "example.test/v1", kind: "Fleet", spec: { template: unnamed } }), [
            true,
        ]);
    });

    it("are no patterns of policies, no schemas, and no lists of something else", () => {
        const none: readonly Manifest[] = [
            { apiVersion: "kyverno.io/v1", kind: "ClusterPolicy", spec: { pattern: { spec: TEMPLATE.spec } } },
            { apiVersion: "constraints.gatekeeper.sh/v1", kind: "K8sAny", spec: { parameters: TEMPLATE } },
            { apiVersion: "example.test/v1", kind: "Port", spec: { containers: ["a", "b"] } },
            { apiVersion: "example.test/v1", kind: "Port", spec: { containers: [{ tonnes: 20 }] } },
            { apiVersion: "v1", kind: "ConfigMap", data: { containers: "[]" } },
            { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec: { workloadRef: { name: "web" } } },
        ];
        for (const manifest of none) {
            assert.deepEqual(podsIn(manifest), [], String(manifest["kind"]));
        }
    });

    it("never make carriesPod fail, whatever an object holds", () => {
        fc.assert(
            fc.property(jsonValue, (value) => {
                for (const object of kubeObjects(resourceOf({ apiVersion: "example.test/v1", kind: "Fleet", value }))) {
                    carriesPod(object);
                }
            }),
        );
    });
});
