import { strict as assert } from "node:assert";

import fc from "fast-check";

import { authorizerOf } from "../../../policies/kubernetes/rbac/authorizer";
import type { AccessRequest } from "../../../policies/kubernetes/rbac/rule";
import { pathGraphOf } from "../../../policies/paths/build";
import type { Edge } from "../../../policies/paths/edge";
import { titleOf } from "../../../policies/paths/nodes";
import { Reached, withoutFlaws } from "../../../policies/paths/search";
import type { Manifest } from "../../support/controls";
import { stackOf } from "../../support/controls";
import { bindingsOfSome, edgesByRights, SURROUNDINGS } from "../../support/path-rights";
import { boundTo, externalSecret, may, mayEverywhere, named, namespace, object, pod, secretStore } from "./manifests";
import { graphOf } from "./support";

const JANE = { user: "jane", groups: [] };

type Request = Exclude<AccessRequest, { readonly path: string }>;

/** A request by which each family can be told, without its namespace. */
const TELLING: Readonly<Record<string, Request>> = {
    "read-secrets": { verb: "list", group: "", resource: "secrets" },
    "create-workloads": { verb: "create", group: "", resource: "pods" },
    "change-workloads": { verb: "patch", group: "apps", resource: "deployments" },
    "change-pods": { verb: "patch", group: "", resource: "pods" },
    "run-commands": { verb: "create", group: "", resource: "pods", subresource: "exec" },
    "debug-pods": { verb: "patch", group: "", resource: "pods", subresource: "ephemeralcontainers" },
    "mint-tokens": { verb: "create", group: "", resource: "serviceaccounts", subresource: "token" },
    "impersonate-accounts": { verb: "impersonate", group: "", resource: "serviceaccounts" },
};

const words = (...values: readonly string[]) =>
    fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }).map((some) => some.join(","));
const rule = fc.tuple(
    words("", "apps", "*", "example.org"),
    words("secrets", "pods", "deployments", "pods/exec", "*/token", "serviceaccounts", "pods/ephemeralcontainers", "*"),
    words("get", "list", "create", "patch", "impersonate", "*"),
);
const rules = fc.array(rule, { maxLength: 3 });
const landscape = fc.record({ here: rules, everywhere: rules });

function isOf(edges: readonly Edge[], family: string): boolean {
    return edges.some(({ family: { name } }) => name === family || name === "every-right");
}

describe("edges of rights", () => {
    it("are there for what the authorizer allows, and for nothing that it refuses", () => {
        fc.assert(
            fc.property(landscape, ({ here, everywhere }) => {
                const stack = stackOf(...may(...here), ...mayEverywhere(...everywhere));
                const graph = pathGraphOf(stack);
                const own = graph.edges.filter(({ from }) =>
                    ["RoleBinding shop/jane", "ClusterRoleBinding everywhere"].includes(titleOf(from)),
                );
                const authorizer = authorizerOf(stack);
                for (const { requests = [], family } of own) {
                    for (const request of requests) {
                        assert.ok(authorizer.allows(JANE, request), `${family.name}: ${JSON.stringify(request)}`);
                    }
                }
                for (const [family, request] of Object.entries(TELLING)) {
                    const isAllowed = authorizer.allows(JANE, { ...request, namespace: "shop" });
                    // A family may rest on another request than the one that tells.
                    assert.ok(!isAllowed || isOf(own, family), `${family} is missing`);
                }
            }),
            { numRuns: 100 },
        );
    });

    it("of every family are there exactly where the authorizer allows what they rest on", () => {
        fc.assert(
            fc.property(bindingsOfSome, (manifests) => {
                const authorizer = authorizerOf(stackOf(...SURROUNDINGS, ...manifests));
                const { present, absent } = edgesByRights(manifests);
                for (const { family, who, requests } of present) {
                    for (const request of requests) {
                        assert.ok(authorizer.allows(who, request), `${family}: ${JSON.stringify({ who, request })}`);
                    }
                }
                for (const { family, namespace, who, rights } of absent) {
                    const isAllowed = rights.every((ways) => ways.some((request) => authorizer.allows(who, request)));
                    assert.ok(!isAllowed, `${family} in ${namespace} is missing of ${JSON.stringify(who)}`);
                }
            }),
            { numRuns: 50 },
        );
    });

    it("join rights of two bindings of one subject, and not those of two subjects", () => {
        const bound = (user: string, name: string, resource: string, verb: string): readonly Manifest[] => [
            object(
                "rbac.authorization.k8s.io/v1",
                "ClusterRole",
                name,
                { rules: [{ apiGroups: ["rbac.authorization.k8s.io"], resources: [resource], verbs: [verb] }] },
                "",
            ),
            object(
                "rbac.authorization.k8s.io/v1",
                "ClusterRoleBinding",
                name,
                { roleRef: { kind: "ClusterRole", name }, subjects: [{ kind: "User", name: user }] },
                "",
            ),
        ];
        const leads = (other: string): boolean => {
            const graph = graphOf(
                ...bound("jane", "one", "clusterrolebindings", "create"),
                ...bound(other, "two", "clusterroles", "bind"),
            );
            const jane = graph.nodes.filter((node) => titleOf(node) === "user jane");
            return [...new Reached(graph, jane, withoutFlaws).nodes()].some(({ kind }) => kind === "cluster-admin");
        };
        assert.equal(leads("jane"), true);
        assert.equal(leads("joe"), false);
    });

    it("take no step between where one binding gives every right by itself, to all or to some by their names", () => {
        for (const names of [[], ["shop"]] as const) {
            const graph = graphOf(...may(["", "pods", "create"], ["", "namespaces", "patch", ...names]));
            assert.ok(isOf(graph.edges, "open-namespaces"));
            assert.deepEqual(
                graph.nodes.filter(({ kind }) => kind === "step"),
                [],
            );
        }
    });
});

describe("paths that no single control names", () => {
    const reach = (from: string, ...manifests: readonly Manifest[]): readonly string[] => {
        const graph = graphOf(...manifests);
        const start = graph.nodes.filter((node) => titleOf(node) === from);
        assert.equal(start.length, 1);
        return [...new Reached(graph, start, withoutFlaws).nodes()].map(titleOf);
    };
    it("a deployer that may patch Deployments holds the reader's token, and with it the store", () => {
        const found = reach(
            "user jane",
            namespace("restricted"),
            pod(),
            ...may(["apps", "deployments", "get,list,watch,patch"]),
            object("v1", "ServiceAccount", "secret-reader"),
            secretStore("shop", "secret-reader"),
        );
        assert.ok(found.includes("service account shop/secret-reader"));
        assert.ok(found.includes("external store vault role=shop server=https://vault"));
        assert.ok(!found.includes("a node"));
    });

    it("one role at the store for two namespaces lets the reader of one read the Secrets of the other", () => {
        const manifests = (other: string): readonly Manifest[] => [
            object("v1", "ServiceAccount", "secret-reader"),
            secretStore("acme", "secret-reader"),
            secretStore(other, "secret-reader", "spire"),
            externalSecret("vault", "spire"),
        ];
        const reader = "service account shop/secret-reader";
        assert.ok(reach(reader, ...manifests("acme")).includes("Secret spire/database"));
        assert.ok(!reach(reader, ...manifests("spire")).includes("Secret spire/database"));
    });

    it("a right to one named webhook configuration is a right to see every Secret that is written", () => {
        const rule = ["admissionregistration.k8s.io", "validatingwebhookconfigurations", "update", "mine"] as const;
        assert.ok(reach("user jane", ...mayEverywhere(rule)).includes("every Secret of the cluster"));
    });

    it("a right beside what the API server gives a controller adds up to more", () => {
        const controller = { kind: "ServiceAccount", name: "job-controller", namespace: "kube-system" };
        const families = (manifests: readonly Manifest[]) =>
            graphOf(...manifests)
                .edges.filter(({ from }) => titleOf(from) === "service account kube-system/job-controller")
                .map(({ family }) => family.name);
        // It may create pods by the binding that every API server has.
        const volumes = boundTo(controller, mayEverywhere(["", "persistentvolumes", "create"]));
        assert.ok(families(volumes).includes("host-volumes"));
        assert.ok(
            !families(boundTo(controller, mayEverywhere(["", "persistentvolumes", "get"]))).includes("host-volumes"),
        );
    });

    it("a rule that a stack adds to a role of the API server's goes to who has that role", () => {
        const role = "system:controller:job-controller";
        const families = (verbs: string) =>
            graphOf(...named(role, [["", "secrets", verbs]]).slice(0, 1))
                .edges.filter(({ from }) => titleOf(from) === `ClusterRoleBinding ${role}`)
                .map(({ family }) => family.name);
        assert.ok(families("list").includes("read-secrets"));
        assert.ok(!families("delete").includes("read-secrets"));
    });
});
