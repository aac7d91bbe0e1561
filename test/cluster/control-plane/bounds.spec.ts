import assert from "node:assert/strict";

import { deployerBound } from "../../../components/access";
import { certControllerBounds, controllerBounds } from "../../../components/external-secrets/bounds";
import type { Try } from "../../support/bound-tries";
import {
    CERT_CONTROLLER_TRIES,
    CONVERTED,
    DEPLOYED,
    DEPLOYER_TRIES,
    SECRET_TRIES,
    WEBHOOKS,
} from "../../support/bound-tries";
import type { KubernetesObject } from "../harness/kubectl";
import { policiesInForce, typeWarnings } from "../support/admission";
import { create, remove, replace } from "../support/objects";
import { describeOnCluster } from "../support/shared";

const RBAC = "rbac.authorization.k8s.io";
const OPERATOR = "bounds-operator";
const SHOP = "shop";

const specs = {
    "bounds-deployers": deployerBound(["bounds-pipeline"], SHOP),
    ...certControllerBounds(OPERATOR, "bounds"),
    ...controllerBounds(OPERATOR, [SHOP], "bounds"),
};

/** The policies and bindings as `boundPolicies` registers them. */
const policies: readonly KubernetesObject[] = Object.entries(specs).flatMap(([name, spec]) => {
    const apiVersion = "admissionregistration.k8s.io/v1";
    const metadata = { name };
    const binding = { policyName: name, validationActions: ["Deny", "Audit"] };
    return [
        { apiVersion, kind: "ValidatingAdmissionPolicy", metadata, spec },
        { apiVersion, kind: "ValidatingAdmissionPolicyBinding", metadata, spec: binding },
    ];
});

/** Everything that RBAC can give: what is refused here, the bounds refuse. */
const rights: readonly KubernetesObject[] = [
    {
        apiVersion: `${RBAC}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: "bounds-everything" },
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "cluster-admin" },
        subjects: [
            { kind: "ServiceAccount", name: "external-secrets-cert-controller", namespace: OPERATOR },
            { kind: "ServiceAccount", name: `external-secrets-${SHOP}`, namespace: OPERATOR },
            { kind: "Group", name: "bounds-pipeline", apiGroup: RBAC },
        ],
    },
];

describeOnCluster("what admission bounds where RBAC can't", "control-plane", (cluster) => {
    const namespaces = [OPERATOR, SHOP].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
    const deployment = { ...DEPLOYED, metadata: { ...DEPLOYED.metadata, namespace: SHOP } };
    const objects: readonly KubernetesObject[] = [
        ...namespaces,
        ...rights,
        deployment,
        { ...WEBHOOKS, metadata: { name: WEBHOOKS.metadata.name, labels: WEBHOOKS.metadata.labels } },
        CONVERTED(OPERATOR),
        ...policies,
    ];

    before(async function () {
        this.timeout(120_000);
        for (const object of objects) {
            const { accepted, message } = await create(cluster(), object);
            assert.ok(accepted, message);
        }
        await policiesInForce(cluster());
    });

    after(async function () {
        this.timeout(120_000);
        for (const object of [...objects].reverse()) {
            await remove(cluster(), [object]);
        }
    });

    /** Tries each without keeping it. What is invalid as well is refused before admission is asked. */
    async function judged(tries: readonly Try[], as: string, groups: readonly string[] = []): Promise<void> {
        const wrong: string[] = [];
        for (const { title, object, oldObject, refused } of tries) {
            const send = oldObject === undefined ? create : replace;
            const wanted = object as unknown as KubernetesObject;
            const { accepted, message } = await send(cluster(), wanted, { as, groups, dryRun: true });
            const expected = [...refused, ...(refused.length > 0 ? ["is invalid"] : [])];
            if (refused.length === 0 ? !accepted : !expected.some((one) => message.includes(one))) {
                wrong.push(`${title}: ${accepted ? "let through" : message}`);
            }
        }
        assert.deepEqual(wrong, []);
    }

    it("is well typed", async function () {
        this.timeout(120_000);
        assert.deepEqual(await typeWarnings(cluster(), Object.keys(specs)), []);
    });

    it("lets a deployer roll out versions, and nothing else", async () => {
        await judged(DEPLOYER_TRIES, "jane", ["bounds-pipeline"]);
    });

    it("lets administrators change what a deployer may not", async () => {
        const admins = DEPLOYER_TRIES.filter(({ title }) => /account|command|repository/.test(title));
        assert.ok(admins.length > 3);
        const allowed = admins.map((one) => ({ ...one, refused: [] }));
        await judged(allowed, "root", ["bounds-pipeline", "system:masters"]);
    });

    it("lets the certificate controller fill in authorities, and turn no webhook elsewhere", async () => {
        const user = `system:serviceaccount:${OPERATOR}:external-secrets-cert-controller`;
        for (const { tries } of CERT_CONTROLLER_TRIES(OPERATOR)) {
            await judged(tries, user);
        }
    });

    it("lets a controller make no Secret that the cluster fills with a token", async () => {
        const made = SECRET_TRIES.filter(({ oldObject }) => oldObject === undefined);
        await judged(made, `system:serviceaccount:${OPERATOR}:external-secrets-${SHOP}`);
    });
});
