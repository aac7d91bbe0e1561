import assert from "node:assert/strict";

import { Stack, namespaceOf } from "../../../policies/kubernetes/stack";
import { withUnknown, workload } from "../../support/cases";
import { resourceOf, stackOf } from "../../support/controls";
import { configMap, namespace, pod, serviceAccount } from "../../support/objects";

const named = (labels: object, metadata: object = {}) => pod({ ...labels }, {}, { ...metadata });

describe("Stack", () => {
    it("finds objects by kind, namespace and name", () => {
        const stack = stackOf(serviceAccount("web"), serviceAccount("web", {}, "till"), namespace("shop"));
        assert.equal(stack.find("ServiceAccount", "till", "web"), stack.given[1]);
        assert.equal(stack.find("Namespace", "", "shop"), stack.given[2]);
        assert.equal(stack.find("ServiceAccount", "shop", "api"), undefined);
        assert.deepEqual(stack.ofKind("ServiceAccount"), stack.given.slice(0, 2));
        assert.deepEqual(stack.ofKind("Secret"), []);
    });

    it("takes no namespace for the default one", () => {
        const stack = stackOf(configMap({}, { namespace: undefined }), named({ app: "web" }, { namespace: "default" }));
        assert.equal(stack.find("ConfigMap", "default", "settings"), stack.given[0]);
        assert.equal(stack.given[0] && namespaceOf(stack.given[0]), "default");
        assert.equal(stack.select("", { matchLabels: { app: "web" } }).length, 1);
        assert.equal(stack.podsIn("").length, 1);
    });

    it("prefers an object to a patch of it, whichever comes first", () => {
        const whole = resourceOf(serviceAccount("web"));
        const patch = { ...whole, type: `${whole.type}Patch` };
        for (const resources of [
            [whole, patch],
            [patch, whole],
        ]) {
            assert.equal(new Stack(resources).find("ServiceAccount", "shop", "web")?.patch, false);
        }
    });

    it("selects pods by labels that only their controllers set", () => {
        const stack = stackOf(
            { ...workload("StatefulSet"), metadata: { name: "db", namespace: "shop" } },
            { ...workload("Job"), apiVersion: "batch/v1", metadata: { name: "load", namespace: "shop" } },
        );
        const selected = (matchLabels: object) =>
            stack.select("shop", { matchLabels }).map(({ object }) => object.name);
        assert.deepEqual(selected({ app: "web", "statefulset.kubernetes.io/pod-name": "db-0" }), ["db"]);
        assert.deepEqual(selected({ "apps.kubernetes.io/pod-index": "0" }), ["db"]);
        assert.deepEqual(selected({ "batch.kubernetes.io/job-name": "load" }), ["load"]);
        assert.deepEqual(selected({ "statefulset.kubernetes.io/pod-name": "cache-0" }), []);
        assert.deepEqual(selected({ app: "api", "job-name": "load" }), []);
        const asked = (...matchExpressions: object[]) =>
            stack.select("shop", { matchExpressions }).map(({ object }) => object.name);
        const key = "statefulset.kubernetes.io/pod-name";
        assert.deepEqual(asked({ key, operator: "In", values: ["cache-0", "db-0"] }), ["db"]);
        assert.deepEqual(asked({ key, operator: "In", values: ["cache-0"] }), []);
        assert.deepEqual(asked({ key, operator: "Exists" }), ["db"]);
        assert.deepEqual(asked({ key, operator: "NotIn", values: ["db-0"] }).sort(), ["db", "load"]);
        assert.deepEqual(asked({ key, operator: "Exists" }, { key: "app", operator: "In", values: ["api"] }), []);
        assert.deepEqual(asked({ key, operator: "Exists" }, { key: "job-name", operator: "Exists" }), []);
    });

    it("selects pods in one namespace only", () => {
        const stack = stackOf(
            named({ app: "web" }),
            named({ app: "web" }, { namespace: "till" }),
            named({ app: "api" }),
        );
        const web = stack.select("shop", { matchLabels: { app: "web" } });
        assert.deepEqual(
            web.map((found) => found.object),
            [stack.given[0]],
        );
        assert.equal(stack.select("shop", {}).length, 2);
        assert.equal(stack.select("shop", undefined).length, 0);
    });

    it("leaves a pod out whose template is unknown, and keeps the others", () => {
        const stack = stackOf(withUnknown(named({ app: "web" }), "spec"), named({ app: "api" }));
        assert.deepEqual(
            stack.pods().map((found) => found.object),
            [stack.given[1]],
        );
    });

    it("holds an object whose name and namespace are unknown", () => {
        const [object] = stackOf(withUnknown(configMap({}), "metadata")).objects;
        assert.equal(object?.name, "");
        assert.equal(object.namespace, "");
    });

    it("builds what it remembers once", () => {
        let built = 0;
        const build = (stack: Stack): number => {
            built++;
            return stack.given.length;
        };
        const stack = stackOf(namespace(), namespace("till"));
        assert.equal(stack.memo(build), 2);
        assert.equal(stack.memo(build), 2);
        assert.equal(built, 1);
    });
});
