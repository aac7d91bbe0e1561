import assert from "node:assert/strict";

import { Images, imageSettings } from "../../../components/images";
import { spireArea } from "../../../components/spire/area";
import { Spire } from "../../../components/spire/spire";
import { deploy, refusalOf } from "../../support/deploy";
import type { Raw } from "../../support/spire";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const OIDC = {
    server: { jwtIssuer: "https://oidc.x0tta6bl4.io" },
    oidcProvider: { domain: "oidc.x0tta6bl4.io", certificateSecret: "oidc-tls", ingressNamespace: "ingress" },
};
const IMAGE_TYPE = "kubernetes:apps/v1:";

/** Images with the digest of the OIDC provider, which is not known otherwise. */
function withOidc(): Images {
    const faults: string[] = [];
    const overrides = { "oidc-discovery-provider": { digest: `sha256:${"a".repeat(64)}` } };
    const images = new Images(imageSettings.read({ overrides }, "images", faults));
    assert.deepEqual(faults, []);
    return images;
}

describe("Spire", () => {
    it("reads at its start what its settings put into variables, whatever the Secrets are called", () => {
        const password = { secret: "of-the-store", key: "password" };
        const dataStore = { ...POSTGRES, password };
        const { cluster, monitoring } = SURROUNDINGS;
        const started = (server: object) =>
            spireArea.startSecrets?.({ cluster, monitoring, spire: spireOf({ server }) });
        assert.deepEqual(started({ dataStore, egress: DATABASE_EGRESS }), [
            { namespace: "spire", workload: "spire-server", secrets: ["of-the-store"] },
        ]);
        assert.deepEqual(started({}), []);
    });

    it("creates every part of an installation, and nothing else", async () => {
        const deployed = await deploy(() => new Spire("spire", { ...SURROUNDINGS, settings: spireOf() }));
        assert.deepEqual(
            deployed.list().map((entry) => entry.join(" ")),
            [
                ...["spire-cluster-spiffe-ids", "spire-federated-trust-domains"].map(
                    (name) =>
                        `kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy spire-validation-${name}`,
                ),
                "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy spire-bundle-transitions",
                "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy spire-host-access-policy",
                "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding spire-host-access-binding",
                ...["spire-cluster-spiffe-ids", "spire-federated-trust-domains"].map(
                    (name) =>
                        `kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding spire-validation-${name}-binding`,
                ),
                "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding spire-bundle-transitions-binding",
                ...["clusterfederatedtrustdomains", "clusterspiffeids", "clusterstaticentries"].map(
                    (plural) =>
                        `kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition spire-crd-${plural}.spire.spiffe.io`,
                ),
                `${IMAGE_TYPE}DaemonSet spire-agent-agents`,
                `${IMAGE_TYPE}DaemonSet spire-csi-drivers`,
                `${IMAGE_TYPE}StatefulSet spire-server-servers`,
                "kubernetes:core/v1:ConfigMap spire-agent-config",
                "kubernetes:core/v1:ConfigMap spire-bundle-configmap",
                "kubernetes:core/v1:ConfigMap spire-server-config",
                "kubernetes:core/v1:PersistentVolumeClaim spire-server-data-0",
                "kubernetes:core/v1:Service spire-server-service",
                ...["spire-agent", "spire-csi", "spire-server"].map(
                    (name) => `kubernetes:core/v1:ServiceAccount ${name}-rights-account`,
                ),
                ...[
                    "spiffe-csi-probes-ingress",
                    "spire-agent-dns-egress",
                    "spire-agent-kubelet-egress",
                    "spire-agent-metrics-ingress",
                    "spire-agent-probes-ingress",
                    "spire-agents-egress",
                    "spire-agents-ingress",
                    "spire-manager-metrics-ingress",
                    "spire-server-api-egress",
                    "spire-server-dns-egress",
                    "spire-server-metrics-ingress",
                    "spire-server-probes-ingress",
                ].map((name) => `kubernetes:networking.k8s.io/v1:NetworkPolicy spire-network-spire-${name}`),
                "kubernetes:policy/v1:PodDisruptionBudget spire-server-budget",
                "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole spire-agent-rights-cluster-role",
                "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole spire-server-rights-cluster-role",
                "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding spire-agent-rights-cluster-binding",
                "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding spire-server-rights-cluster-binding",
                "kubernetes:rbac.authorization.k8s.io/v1:Role spire-server-rights-role",
                "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding spire-server-rights-binding",
                "kubernetes:scheduling.k8s.io/v1:PriorityClass spire-priority-spire-agent",
                "kubernetes:scheduling.k8s.io/v1:PriorityClass spire-priority-spire-server",
                "kubernetes:storage.k8s.io/v1:CSIDriver spire-csi-driver",
                "x0tta6bl4:admission:SpireHostAccess spire-host-access",
                "x0tta6bl4:network:AllowedFlows spire-network",
                "x0tta6bl4:spire:CsiDriver spire-csi",
                "x0tta6bl4:spire:EntryValidation spire-validation",
                "x0tta6bl4:spire:Registration spire-registration",
                ...["agent", "csi", "server"].map((name) => `x0tta6bl4:spire:Rights spire-${name}-rights`),
                "x0tta6bl4:spire:Spire spire",
                "x0tta6bl4:spire:SpireAgent spire-agent",
                "x0tta6bl4:spire:SpireServer spire-server",
                "x0tta6bl4:spire:TrustBundle spire-bundle",
            ].sort((a, b) => a.localeCompare(b)),
        );
    });

    it("starts servers after bundle, network, priorities and definitions, agents after servers, the driver after agents", async () => {
        const deployed = await deploy(() => new Spire("spire", { ...SURROUNDINGS, settings: spireOf() }));
        const server = deployed.dependencies("x0tta6bl4:spire:SpireServer", "spire-server");
        for (const needed of [
            "spire-bundle-configmap",
            "spire-network-spire-spire-agents-ingress",
            "spire-priority-spire-server",
            "spire-crd-clusterspiffeids.spire.spiffe.io",
        ]) {
            assert.ok(server.includes(needed), `${needed} of ${server.join(", ")}`);
        }
        const [agent, driver, registration] = [
            "SpireAgent spire-agent",
            "CsiDriver spire-csi",
            "Registration spire-registration",
        ].map((component) => deployed.dependencies(...(`x0tta6bl4:spire:${component}`.split(" ") as [string, string])));
        assert.ok(agent?.includes("spire-server-servers"));
        assert.ok(driver?.includes("spire-agent-agents"));
        assert.ok(registration?.includes("spire-server-servers"));
    });

    it("leaves the definitions to whoever had them in the cluster before, where that is set", async () => {
        const listOf = async (over: Raw) => {
            const settings = spireOf(over);
            const deployed = await deploy(() => new Spire("spire", { ...SURROUNDINGS, settings }));
            return deployed.list().map((entry) => entry.join(" "));
        };
        const left = await listOf({ crds: "preinstalled" });
        const brought = await listOf({ crds: "bundled" });
        assert.deepEqual(
            brought.filter((entry) => !left.includes(entry)),
            ["clusterfederatedtrustdomains", "clusterspiffeids", "clusterstaticentries"].map(
                (plural) =>
                    `kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition spire-crd-${plural}.spire.spiffe.io`,
            ),
        );
        assert.deepEqual(
            left.filter((entry) => !brought.includes(entry)),
            [],
        );
    });

    it("tells its objects from those of another controller manager by their class, where one is set", async () => {
        const classes = async (className?: string) => {
            const settings = spireOf({
                controllerManager: { ...(className !== undefined && { className }) },
                federatedTrustDomains: [
                    { trustDomain: "b.io", bundleEndpointUrl: "https://b.io", profile: { type: "https_web" } },
                ],
                staticEntries: [
                    {
                        name: "vm",
                        spiffeId: "spiffe://staging.x0tta6bl4.io/vm",
                        parentId: "spiffe://staging.x0tta6bl4.io/node",
                        selectors: ["unix:uid:0"],
                    },
                ],
                ...OIDC,
                server: { ...OIDC.server, egress: DATABASE_EGRESS },
            });
            const deployed = await deploy(() => new Spire("spire", { ...SURROUNDINGS, images: withOidc(), settings }));
            const objects = deployed
                .list()
                .filter(([type]) => type.startsWith("kubernetes:spire.spiffe.io/"))
                .map(([type, name]) => deployed.inputs(type, name));
            const { data } = deployed.inputs("kubernetes:core/v1:ConfigMap", "spire-server-config") as {
                data: Record<string, string>;
            };
            const manager = Object.entries(data).find(([file]) => file.includes("manager"))?.[1] ?? "";
            return [
                ...objects.map(({ kind, spec }) => `${String(kind)} ${String((spec as Raw)["className"])}`).sort(),
                `manager ${String((JSON.parse(manager) as Raw)["className"])}`,
            ];
        };
        const kinds = ["ClusterFederatedTrustDomain", "ClusterSPIFFEID", "ClusterStaticEntry", "manager"];
        assert.deepEqual(
            await classes(),
            kinds.map((kind) => `${kind} undefined`),
        );
        assert.deepEqual(
            await classes("acme"),
            kinds.map((kind) => `${kind} acme`),
        );
    });

    it("keeps the registration entries when the stack is removed", async () => {
        const deployed = await deploy(() => new Spire("spire", { ...SURROUNDINGS, settings: spireOf() }));
        for (const plural of ["clusterspiffeids", "clusterstaticentries", "clusterfederatedtrustdomains"]) {
            const { retainOnDelete } = deployed.one(
                "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
                `spire-crd-${plural}.spire.spiffe.io`,
            ) as unknown as { retainOnDelete?: boolean };
            assert.equal(retainOnDelete, true, plural);
        }
    });

    it("adds the OIDC provider where it is asked for and pinned", async () => {
        const deployed = await deploy(
            () =>
                new Spire("spire", {
                    ...SURROUNDINGS,
                    images: withOidc(),
                    settings: spireOf(OIDC),
                }),
        );
        assert.deepEqual(
            deployed
                .list()
                .filter(([, name]) => name.startsWith("spire-oidc"))
                .map(([, name]) => name),
            [
                "spire-oidc-deployment",
                "spire-oidc-config",
                "spire-oidc-service",
                "spire-oidc-rights-account",
                "spire-oidc-budget",
                "spire-oidc-identity-entry",
                "spire-oidc",
                "spire-oidc-rights",
                "spire-oidc-identity",
            ],
        );
    });

    it("refuses the OIDC provider without a digest: none is known", async () => {
        assert.equal(
            await refusalOf(() => new Spire("spire", { ...SURROUNDINGS, settings: spireOf(OIDC) })),
            "spire:\n  project:images.overrides.oidc-discovery-provider.digest is missing: no digest is known for ghcr.io/spiffe/oidc-discovery-provider:1.15.2; look it up and pin it",
        );
    });

    it("refuses settings that do not fit together before anything exists, with every fault", async () => {
        const settings = spireOf({ trustDomain: "example.org", server: { replicas: 3 } });
        assert.equal(
            await refusalOf(() => new Spire("spire", { ...SURROUNDINGS, settings })),
            [
                "spire:",
                '  args.settings.trustDomain is "example.org", a name reserved for documentation and tests; use one you own',
                "  args.settings.server.replicas is 3, but a sqlite data store is a file that one server can use; set 1 or use postgres or mysql",
            ].join("\n"),
        );
    });

    it("registers static entries and federated trust domains", async () => {
        const settings = spireOf({
            server: { replicas: 3, dataStore: POSTGRES, egress: DATABASE_EGRESS },
            staticEntries: [
                {
                    name: "edge",
                    spiffeId: "spiffe://staging.x0tta6bl4.io/edge",
                    parentId: "spiffe://staging.x0tta6bl4.io/node",
                    selectors: ["unix:uid:1000"],
                    dnsNames: ["edge.x0tta6bl4.io"],
                    federatesWith: ["partner_a.io"],
                    x509SvidTtl: "30m",
                    jwtSvidTtl: "5m",
                    admin: true,
                    downstream: true,
                },
                {
                    name: "plain",
                    spiffeId: "spiffe://staging.x0tta6bl4.io/plain",
                    parentId: "spiffe://staging.x0tta6bl4.io/node",
                    selectors: ["unix:uid:1001"],
                },
            ],
            federatedTrustDomains: [
                {
                    trustDomain: "partner_a.io",
                    bundleEndpointUrl: "https://spire.partner.io:8443",
                    profile: {
                        type: "https_spiffe",
                        endpointSpiffeId: "spiffe://partner_a.io/spire/server",
                        bundle: '{"keys":[]}',
                    },
                },
                {
                    trustDomain: "partner-b.io",
                    bundleEndpointUrl: "https://spire.b.io",
                    profile: { type: "https_web" },
                },
            ],
        });
        const deployed = await deploy(() => new Spire("spire", { ...SURROUNDINGS, settings }));
        const entry = (name: string): unknown =>
            deployed.inputs("kubernetes:spire.spiffe.io/v1alpha1:ClusterStaticEntry", `spire-registration-${name}`)[
                "spec"
            ];
        assert.deepEqual(entry("edge"), {
            spiffeID: "spiffe://staging.x0tta6bl4.io/edge",
            parentID: "spiffe://staging.x0tta6bl4.io/node",
            selectors: ["unix:uid:1000"],
            dnsNames: ["edge.x0tta6bl4.io"],
            federatesWith: ["partner_a.io"],
            x509SVIDTTL: "30m",
            jwtSVIDTTL: "5m",
            admin: true,
            downstream: true,
        });
        assert.deepEqual(entry("plain"), {
            spiffeID: "spiffe://staging.x0tta6bl4.io/plain",
            parentID: "spiffe://staging.x0tta6bl4.io/node",
            selectors: ["unix:uid:1001"],
        });
        const domain = (name: string): unknown =>
            deployed.inputs(
                "kubernetes:spire.spiffe.io/v1alpha1:ClusterFederatedTrustDomain",
                `spire-registration-${name}`,
            );
        assert.deepEqual(domain("partner_a.io"), {
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ClusterFederatedTrustDomain",
            metadata: { name: "partner-a.io" },
            spec: {
                trustDomain: "partner_a.io",
                bundleEndpointURL: "https://spire.partner.io:8443",
                bundleEndpointProfile: {
                    type: "https_spiffe",
                    endpointSPIFFEID: "spiffe://partner_a.io/spire/server",
                },
                trustDomainBundle: '{"keys":[]}',
            },
        });
        assert.deepEqual((domain("partner-b.io") as { spec: unknown }).spec, {
            trustDomain: "partner-b.io",
            bundleEndpointURL: "https://spire.b.io",
            bundleEndpointProfile: { type: "https_web" },
        });
    });
});
