import assert from "node:assert/strict";

import type { Asker } from "../../../../policies/kubernetes/rbac/authorizer";
import { askerOf, Authorizer } from "../../../../policies/kubernetes/rbac/authorizer";
import type { Manifest } from "../../../support/controls";
import { stackOf } from "../../../support/controls";
import { clusterRole, clusterRoleBinding, role, roleBinding } from "../../../support/rbac";

const JANE: Asker = { user: "jane", groups: ["system:authenticated", "devs"] };
const jane = { kind: "User", name: "jane" };
const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
const getSecret = { verb: "get", group: "", resource: "secrets", name: "tls" };

function may(manifests: readonly Manifest[], request: object, asker = JANE): boolean {
    return new Authorizer(stackOf(...manifests)).allows(asker, { ...getSecret, ...request });
}

describe("the authorizer", () => {
    it("gives nothing to somebody whom nothing binds", () => {
        assert.equal(may([clusterRole([secrets])], {}), false);
    });

    it("gives what a ClusterRoleBinding says everywhere, and what a RoleBinding says in its namespace", () => {
        const everywhere = [clusterRole([secrets]), clusterRoleBinding([jane])];
        assert.equal(may(everywhere, { namespace: "shop" }), true);
        assert.equal(may(everywhere, {}), true);
        const here = [role([secrets]), roleBinding([jane])];
        assert.equal(may(here, { namespace: "shop" }), true);
        assert.equal(may(here, { namespace: "till" }), false);
        assert.equal(may(here, {}), false);
    });

    it("knows groups, and service accounts by their user and their groups", () => {
        const bound = (subject: object) => [clusterRole([secrets]), clusterRoleBinding([subject])];
        assert.equal(may(bound({ kind: "Group", name: "devs" }), {}), true);
        const web = askerOf("shop", "web");
        assert.equal(may(bound({ kind: "ServiceAccount", name: "web", namespace: "shop" }), {}, web), true);
        assert.equal(may(bound({ kind: "ServiceAccount", name: "web", namespace: "till" }), {}, web), false);
        assert.equal(may(bound({ kind: "ServiceAccount", name: "web" }), {}, web), false);
        assert.equal(may(bound({ kind: "Group", name: "system:serviceaccounts:shop" }), {}, web), true);
    });

    it("gives a member of system:masters everything", () => {
        assert.equal(may([], { verb: "delete" }, { user: "root", groups: ["system:masters"] }), true);
    });

    it("gives what the API server's own roles hold, and what roles of the stack add to them", () => {
        const edit = [clusterRoleBinding([jane], "edit")];
        assert.equal(may(edit, { namespace: "shop" }), true);
        assert.equal(may(edit, { resource: "widgets", group: "example.org" }), false);
        const more = clusterRole([{ apiGroups: ["example.org"], resources: ["widgets"], verbs: ["get"] }], {
            metadata: { name: "widgets", labels: { "rbac.authorization.k8s.io/aggregate-to-edit": "true" } },
        });
        assert.equal(may([...edit, more], { resource: "widgets", group: "example.org" }), true);
        assert.equal(may([clusterRoleBinding([jane], "view")], {}), false);
    });

    it("adds the API server's rules to a role of the same name, unless that is switched off", () => {
        const own = (annotations: object) => clusterRole([], { metadata: { name: "system:kube-dns", annotations } });
        const dns = { verb: "list", resource: "services", name: "" };
        const bound = clusterRoleBinding([jane], "system:kube-dns");
        assert.equal(may([own({}), bound], dns), true);
        assert.equal(may([own({ "rbac.authorization.kubernetes.io/autoupdate": "false" }), bound], dns), false);
    });

    it("follows aggregation by way of aggregated roles, and through a circle", () => {
        const collects = (name: string, label: string, own: string) =>
            clusterRole([{ apiGroups: ["*"], resources: ["lost"], verbs: ["*"] }], {
                metadata: { name, labels: { [own]: "true" } },
                aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: "true" } }] },
            });
        const leaf = clusterRole([secrets], { metadata: { name: "leaf", labels: { b: "true" } } });
        const stack = [
            collects("top", "a", "c"),
            collects("middle", "b", "a"),
            leaf,
            clusterRoleBinding([jane], "top"),
        ];
        assert.equal(may(stack, {}), true);
        assert.equal(may(stack, { resource: "lost" }), false);
        const circle = [collects("one", "x", "y"), collects("two", "y", "x"), clusterRoleBinding([jane], "one")];
        assert.equal(may(circle, {}), false);
    });

    it("matches names, subresources, wildcards and paths as the API server does", () => {
        const given = (rule: object) => [clusterRole([rule]), clusterRoleBinding([jane])];
        assert.equal(may(given({ ...secrets, resourceNames: ["tls"] }), {}), true);
        assert.equal(may(given({ ...secrets, resourceNames: ["other"] }), {}), false);
        assert.equal(
            may(given({ ...secrets, verbs: ["list"], resourceNames: ["tls"] }), { verb: "list", name: "" }),
            false,
        );
        assert.equal(may(given({ ...secrets, resources: ["*/tls"] }), { subresource: "tls" }), true);
        assert.equal(may(given({ ...secrets, resources: ["secrets/*"] }), { subresource: "tls" }), false);
        assert.equal(may(given({ ...secrets, resources: ["*"] }), { subresource: "tls" }), true);
        assert.equal(may(given({ ...secrets, apiGroups: [] }), {}), false);
        const authorizer = new Authorizer(
            stackOf(...given({ verbs: ["get"], nonResourceURLs: ["/logs/*", "/metrics"] })),
        );
        const paths = ["/metrics", "/logs/", "/logs/kube", "/logs", "/metrics/"];
        assert.deepEqual(
            paths.filter((path) => authorizer.allows(JANE, { verb: "get", path })),
            ["/metrics", "/logs/", "/logs/kube"],
        );
    });
});
