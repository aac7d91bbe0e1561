import assert from "node:assert/strict";

import { operatorFlows, SecretsOperator } from "../../../components/external-secrets/operator";
import { certControllerRules, certSecretRules, controllerRules } from "../../../components/external-secrets/rights";
import { scopeFlows, SecretScopes } from "../../../components/external-secrets/scope";
import { deploy, refusalOf } from "../../support/deploy";
import { SURROUNDINGS } from "../../support/surroundings";
import { settings } from "./fixtures";

const ADMISSION = "admissionregistration.k8s.io/v1";
const CRD = "test/components/external-secrets/data/incomplete.yaml";

describe("SecretsOperator", () => {
    it("creates exactly the webhook, its certificate controller, their rights and flows", async () => {
        const deployed = await deploy(() => new SecretsOperator("eso", { ...SURROUNDINGS, settings: settings() }));
        assert.deepEqual(
            deployed
                .list()
                .filter(([type]) => type.startsWith("kubernetes:"))
                .map((entry) => entry.join(" ").replace("kubernetes:", "")),
            [
                ...["definitions", "webhooks"].map(
                    (bound) => `${ADMISSION}:ValidatingAdmissionPolicy eso-bound-x0tta6bl4-external-secrets-${bound}`,
                ),
                ...["definitions", "webhooks"].map(
                    (bound) =>
                        `${ADMISSION}:ValidatingAdmissionPolicyBinding eso-bound-x0tta6bl4-external-secrets-${bound}-binding`,
                ),
                "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration eso-externalsecret-validate",
                "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration eso-secretstore-validate",
                "apps/v1:Deployment external-secrets-cert-controller-deployment",
                "apps/v1:Deployment external-secrets-webhook-deployment",
                "core/v1:Secret eso-certificate",
                "core/v1:Service external-secrets-webhook-service",
                "core/v1:ServiceAccount external-secrets-cert-controller-account",
                "core/v1:ServiceAccount external-secrets-webhook-account",
                "networking.k8s.io/v1:NetworkPolicy eso-network-external-secrets-cert-controller-api-server-egress",
                "networking.k8s.io/v1:NetworkPolicy eso-network-external-secrets-cert-controller-metrics-ingress",
                "networking.k8s.io/v1:NetworkPolicy eso-network-external-secrets-webhook-api-server-egress",
                "networking.k8s.io/v1:NetworkPolicy eso-network-external-secrets-webhook-ingress",
                "networking.k8s.io/v1:NetworkPolicy eso-network-external-secrets-webhook-metrics-ingress",
                "policy/v1:PodDisruptionBudget external-secrets-cert-controller-budget",
                "policy/v1:PodDisruptionBudget external-secrets-webhook-budget",
                "rbac.authorization.k8s.io/v1:ClusterRole eso-cert-controller-role",
                "rbac.authorization.k8s.io/v1:ClusterRoleBinding eso-cert-controller-binding",
                "rbac.authorization.k8s.io/v1:Role eso-cert-controller-local-role",
                "rbac.authorization.k8s.io/v1:RoleBinding eso-cert-controller-local-binding",
            ],
        );
    });

    it("fails closed, but only in the namespaces with secrets", async () => {
        const deployed = await deploy(() => new SecretsOperator("eso", { ...SURROUNDINGS, settings: settings() }));
        const inputs = deployed.inputs(
            "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
            "eso-secretstore-validate",
        );
        const [webhook] = inputs["webhooks"] as Record<string, unknown>[];
        assert.equal(webhook?.["failurePolicy"], "Fail");
        assert.deepEqual(webhook["namespaceSelector"], {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["shop"] }],
        });
    });

    it("has the engine wait for the authority of each webhook before anything is judged by it", async () => {
        const deployed = await deploy(() => new SecretsOperator("eso", { ...SURROUNDINGS, settings: settings() }));
        for (const name of ["eso-secretstore-validate", "eso-externalsecret-validate"]) {
            const { metadata } = deployed.inputs(
                "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
                name,
            );
            assert.deepEqual((metadata as { annotations?: unknown }).annotations, {
                "pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}",
            });
        }
    });

    it("has both bounded before the certificate controller runs", async () => {
        const deployed = await deploy(
            () => new SecretsOperator("eso", { ...SURROUNDINGS, settings: settings() }),
            "acme",
        );
        const dependencies = deployed.dependencies(
            "kubernetes:apps/v1:Deployment",
            "external-secrets-cert-controller-deployment",
        );
        const service = deployed.dependencies(
            "x0tta6bl4:foundation:FoundationService",
            "external-secrets-cert-controller",
        );
        for (const name of ["acme-external-secrets-definitions", "acme-external-secrets-webhooks"]) {
            assert.ok([...dependencies, ...service].includes(`eso-bound-${name}-binding`), name);
        }
    });

    it("puts its CA into named objects only, and reads no Secret but its own", () => {
        const writes = certControllerRules(["a.example.org"], ["validate"]).filter(({ verbs }) =>
            (verbs as string[]).some((verb) => ["update", "patch", "create", "delete"].includes(verb)),
        );
        assert.deepEqual(
            writes.map(({ resourceNames }) => resourceNames),
            [["a.example.org"], ["validate"]],
        );
        assert.deepEqual(certSecretRules("own"), [
            { apiGroups: [""], resources: ["secrets"], resourceNames: ["own"], verbs: ["get", "update", "patch"] },
        ]);
    });

    it("is reached by the API server on the webhook's own port", () => {
        const flows = operatorFlows({ ...SURROUNDINGS, settings: settings() });
        assert.deepEqual(
            flows.map(({ name, ports }) => `${name} ${ports.map(({ port }) => port).join(",")}`),
            [
                "webhook 10250",
                "webhook-metrics 8080",
                "webhook-api-server 6443",
                "cert-controller-api-server 6443",
                "cert-controller-metrics 8080",
            ],
        );
    });

    it("is refused with definitions that can't be read", async () => {
        const crds = { source: "path", path: CRD };
        assert.equal(
            await refusalOf(() => new SecretsOperator("eso", { ...SURROUNDINGS, settings: settings({ crds }) })),
            `eso:\n  ${CRD}: can't be read (ENOENT)`,
        );
    });
});

describe("SecretScopes", () => {
    const args = { ...SURROUNDINGS, settings: settings(), namespaces: ["shop", "falco"] };

    it("gives each namespace a controller, a store and rights of its own", async () => {
        const deployed = await deploy(() => new SecretScopes("secrets", args));
        assert.deepEqual(
            deployed
                .list()
                .filter(([type]) => type.startsWith("kubernetes:") && !type.includes("NetworkPolicy"))
                .map((entry) => entry.join(" ").replace("kubernetes:", "")),
            [
                `${ADMISSION}:ValidatingAdmissionPolicy secrets-bound-x0tta6bl4-external-secrets-secrets`,
                `${ADMISSION}:ValidatingAdmissionPolicyBinding secrets-bound-x0tta6bl4-external-secrets-secrets-binding`,
                "apps/v1:Deployment external-secrets-shop-deployment",
                "core/v1:ServiceAccount external-secrets-shop-account",
                "core/v1:ServiceAccount external-secrets-shop-store-reader",
                "external-secrets.io/v1:ExternalSecret shop-shop-certs-external-secret",
                "external-secrets.io/v1:SecretStore external-secrets-shop-store-store",
                "policy/v1:PodDisruptionBudget external-secrets-shop-budget",
                "rbac.authorization.k8s.io/v1:Role external-secrets-shop-lease-role",
                "rbac.authorization.k8s.io/v1:Role external-secrets-shop-rights-role",
                "rbac.authorization.k8s.io/v1:RoleBinding external-secrets-shop-lease-binding",
                "rbac.authorization.k8s.io/v1:RoleBinding external-secrets-shop-rights-binding",
            ],
        );
    });

    it("mints tokens for the reading account only", () => {
        const tokens = controllerRules().filter(({ resources }) =>
            (resources as string[]).includes("serviceaccounts/token"),
        );
        assert.deepEqual(tokens, [
            {
                apiGroups: [""],
                resources: ["serviceaccounts/token"],
                resourceNames: ["secret-reader"],
                verbs: ["create"],
            },
        ]);
    });

    it("opens name resolution, the API server, the secrets manager and metrics, and nothing else", () => {
        assert.deepEqual(
            scopeFlows("shop", args).map(({ name, to, ports }) => [
                name,
                to.kind === "addresses" ? to.cidrs : to.namespace,
                ports.map(({ port }) => port),
            ]),
            [
                ["external-secrets-shop-dns", "kube-system", [53, 53]],
                ["external-secrets-shop-api-server", ["10.0.0.0/28"], [6443]],
                ["external-secrets-shop-provider", ["10.1.0.0/28"], [8200]],
                ["external-secrets-shop-metrics", "external-secrets", [8080]],
            ],
        );
    });

    it("runs its controller with the switches that keep it inside its namespace", async () => {
        const deployed = await deploy(() => new SecretScopes("secrets", args));
        const { spec } = deployed.inputs("kubernetes:apps/v1:Deployment", "external-secrets-shop-deployment") as {
            spec: { template: { spec: { containers: { args: string[] }[] } } };
        };
        assert.deepEqual(spec.template.spec.containers[0]?.args, [
            "--namespace=shop",
            "--enable-leader-election",
            "--leader-election-id=external-secrets-shop",
            "--enable-cluster-store-reconciler=false",
            "--enable-cluster-external-secret-reconciler=false",
            "--enable-push-secret-reconciler=false",
            "--enable-cluster-push-secret-reconciler=false",
            "--enable-generator-state=false",
            "--metrics-addr=:8080",
            "--live-addr=:8082",
            "--zap-time-encoding=rfc3339",
        ]);
    });

    it("is refused for a namespace the stack does not make, and for a Secret named twice", async () => {
        const entry = { name: "a", key: "k", properties: { a: "a" } };
        const wrong = settings({ secrets: { elsewhere: [entry], shop: [entry, entry] } });
        assert.equal(
            await refusalOf(() => new SecretScopes("secrets", { ...args, settings: wrong })),
            [
                "secrets:",
                "  secrets.elsewhere: this stack makes no such namespace; it makes shop, falco",
                '  secrets.shop names the Secret "a" twice',
            ].join("\n"),
        );
    });
});
