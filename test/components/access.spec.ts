import assert from "node:assert/strict";

import type { AccessGrant } from "../../components/access";
import { Access, deployerBound, ROLE_RULES } from "../../components/access";
import { deploy, refusalOf } from "../support/deploy";

const grants: readonly AccessGrant[] = [
    { role: "viewer", group: "developers" },
    { role: "viewer", group: "auditors" },
    { role: "deployer", group: "pipeline" },
];

const ADMISSION = "kubernetes:admissionregistration.k8s.io/v1";

describe("Access", () => {
    it("creates one role for each role in use and one binding for each grant", async () => {
        const deployed = await deploy(() => new Access("shop", { namespace: "shop", grants }));
        assert.deepEqual(deployed.list(), [
            [`${ADMISSION}:ValidatingAdmissionPolicy`, "shop-bound-x0tta6bl4-shop-deployers"],
            [`${ADMISSION}:ValidatingAdmissionPolicyBinding`, "shop-bound-x0tta6bl4-shop-deployers-binding"],
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

    it("refuses what deployers don't need before anybody is one, under the names of the stack", async () => {
        const deployed = await deploy(() => new Access("shop", { namespace: "front", grants }), "acme");
        const name = "acme-shop-deployers";
        const policy = deployed.inputs(`${ADMISSION}:ValidatingAdmissionPolicy`, `shop-bound-${name}`);
        assert.deepEqual(policy["metadata"], { name });
        assert.deepEqual(policy["spec"], deployerBound(["pipeline"], "front"));
        const binding = deployed.inputs(`${ADMISSION}:ValidatingAdmissionPolicyBinding`, `shop-bound-${name}-binding`);
        assert.deepEqual(binding["spec"], { policyName: name, validationActions: ["Deny", "Audit"] });
        assert.deepEqual(
            deployed.dependencies("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "shop-deployer-pipeline"),
            [`shop-bound-${name}`, `shop-bound-${name}-binding`, "shop-deployer", "shop-viewer"],
        );
    });

    it("bounds nobody where only viewers are", async () => {
        const viewers = grants.filter(({ role }) => role === "viewer");
        const deployed = await deploy(() => new Access("shop", { namespace: "shop", grants: viewers }));
        assert.deepEqual(
            deployed.list().filter(([type]) => type.startsWith(ADMISSION)),
            [],
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
