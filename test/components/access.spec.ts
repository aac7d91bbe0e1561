import assert from "node:assert/strict";

import type { AccessGrant } from "../../components/access";
import { Access, ROLE_RULES } from "../../components/access";
import { deploy, refusalOf } from "../support/deploy";

const grants: readonly AccessGrant[] = [
    { role: "viewer", group: "developers" },
    { role: "viewer", group: "auditors" },
    { role: "deployer", group: "pipeline" },
];

describe("Access", () => {
    it("creates one role for each role in use and one binding for each grant", async () => {
        const deployed = await deploy(() => new Access("shop", { namespace: "shop", grants }));
        assert.deepEqual(deployed.list(), [
            ["kubernetes:rbac.authorization.k8s.io/v1:Role", "shop-deployer"],
            ["kubernetes:rbac.authorization.k8s.io/v1:Role", "shop-viewer"],
            ["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "shop-deployer-pipeline"],
            ["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "shop-viewer-auditors"],
            ["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "shop-viewer-developers"],
            ["x0tta6bl4:access:Access", "shop"],
        ]);
    });

    it("creates nothing where nothing is granted", async () => {
        const deployed = await deploy(() => new Access("shop", { namespace: "shop", grants: [] }));
        assert.deepEqual(deployed.list(), [["x0tta6bl4:access:Access", "shop"]]);
    });

    it("binds a group to the role of the same namespace", async () => {
        const deployed = await deploy(() => new Access("shop", { namespace: "shop", grants }));
        const binding = deployed.inputs(
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
            "shop-deployer-pipeline",
        );
        assert.deepEqual(
            { metadata: binding["metadata"], roleRef: binding["roleRef"], subjects: binding["subjects"] },
            {
                metadata: { name: "deployer-pipeline", namespace: "shop" },
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "deployer" },
                subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "pipeline" }],
            },
        );
    });

    it("lets nobody read Secrets, open a shell, or change roles, and names every resource and verb", () => {
        const rules = Object.values(ROLE_RULES).flat();
        const resources = rules.flatMap((rule) => rule.resources);
        const verbs = rules.flatMap((rule) => rule.verbs);
        const forbidden = ["secrets", "pods/exec", "pods/attach", "pods/portforward", "roles", "rolebindings", "*"];
        assert.deepEqual(
            resources.filter((resource) => forbidden.includes(resource)),
            [],
        );
        assert.deepEqual([...new Set(verbs)].sort(), ["get", "list", "patch", "watch"]);
        assert.deepEqual(
            ROLE_RULES.deployer.filter((rule) => rule.verbs.includes("patch")).flatMap((rule) => rule.resources),
            ["deployments"],
        );
    });

    it("refuses system groups and repeated grants, all at once", async () => {
        const wrong: readonly AccessGrant[] = [
            { role: "viewer", group: "system:authenticated" },
            { role: "deployer", group: "pipeline" },
            { role: "deployer", group: "pipeline" },
        ];
        assert.equal(
            await refusalOf(() => new Access("shop", { namespace: "shop", grants: wrong })),
            [
                "shop:",
                '  grants[0] gives viewer to "system:authenticated": system groups hold every user or every service account; name a group of your own',
                "  grants gives deployer to pipeline twice",
            ].join("\n"),
        );
    });
});
