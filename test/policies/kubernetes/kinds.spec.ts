import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import {
    BUILT_IN_CARRIERS,
    MAKER_KINDS,
    WORKLOAD_GROUPS,
    WORKLOAD_RESOURCES,
} from "../../../policies/kubernetes/kinds";

/** The files that name several of these kinds for another reason than that they carry pods. */
const FOR_OTHER_REASONS: Readonly<Record<string, string>> = {
    "components/admission/catalogue.ts": "the resource of every kind that admission shows",
    "components/compliance/rights.ts": "what the job may list, resource by resource",
    "components/responder/bounds.ts": "what the responder changes",
    "components/responder/rights.ts": "what the responder may do, verb by verb",
    "policies/controls/namespaces/scope.ts": "the kinds of the API that are in a namespace",
    "policies/controls/resources/removed-apis.ts": "what releases no longer serve",
    "policies/controls/resources/scaling.ts": "the kinds with a subresource scale",
    "policies/kubernetes/controller-labels.ts": "the labels that each controller adds",
    "policies/kubernetes/rbac/operators.ts": "custom kinds that have the same names",
};

describe("the kinds that carry pods", () => {
    it("are listed in one file, and derived from it everywhere else", () => {
        const kinds = new Set(BUILT_IN_CARRIERS.flatMap(({ kind }) => [kind, `${kind.toLowerCase()}s`]));
        const lists = ["components", "hardening", "policies"].flatMap((room) =>
            readdirSync(room, { recursive: true, encoding: "utf8" })
                .filter((file) => file.endsWith(".ts"))
                .map((file) => join(room, file))
                .filter((file) => {
                    const words = readFileSync(file, "utf8").matchAll(/"(?:[a-z]*\/)?([A-Za-z]+)"/g);
                    const named = [...words].map(([, word = ""]) => word).filter((word) => kinds.has(word));
                    return new Set(named).size > 3;
                }),
        );
        assert.deepEqual(lists.sort(), [...Object.keys(FOR_OTHER_REASONS), "policies/kubernetes/kinds.ts"].sort());
    });

    it("are those of the API reference with a template, and what Kubernetes before 1.16 called three of them", () => {
        const places = BUILT_IN_CARRIERS.map(({ group, kind, places: [place, ...more] }) => {
            assert.deepEqual(more, []);
            return `${group}/${kind} ${place?.at.join(".") ?? "nowhere"}`;
        });
        assert.deepEqual(places, [
            "/Pod ",
            "/PodTemplate template",
            "/ReplicationController spec.template",
            "apps/Deployment spec.template",
            "apps/DaemonSet spec.template",
            "apps/StatefulSet spec.template",
            "apps/ReplicaSet spec.template",
            "extensions/Deployment spec.template",
            "extensions/DaemonSet spec.template",
            "extensions/ReplicaSet spec.template",
            "batch/Job spec.template",
            "batch/CronJob spec.jobTemplate.spec.template",
        ]);
    });

    it("give the groups, resources and names by which roles and controls know those that run pods", () => {
        assert.deepEqual(WORKLOAD_GROUPS, ["", "apps", "extensions", "batch"]);
        assert.deepEqual(WORKLOAD_RESOURCES, [
            "pods",
            "replicationcontrollers",
            "deployments",
            "daemonsets",
            "statefulsets",
            "replicasets",
            "jobs",
            "cronjobs",
        ]);
        assert.equal(MAKER_KINDS.includes("Pod") || MAKER_KINDS.includes("PodTemplate"), false);
        assert.ok(MAKER_KINDS.includes("batch/CronJob") && MAKER_KINDS.includes("ReplicationController"));
    });
});
