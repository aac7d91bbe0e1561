import assert from "node:assert/strict";

import type { WorkloadIdentityArgs } from "../../../components/spire/workload-identity";
import { clusterSpiffeIdSpec, WorkloadIdentity } from "../../../components/spire/workload-identity";
import { Workload } from "../../../components/workload";
import { deploy, refusalOf } from "../../support/deploy";
import type { Raw } from "../../support/spire";
import { DATABASE_EGRESS, spireOf } from "../../support/spire";

const ARGS: WorkloadIdentityArgs = { settings: spireOf(), namespace: "shop", serviceAccount: "api" };

const PARTNER = {
    server: { egress: DATABASE_EGRESS },
    federatedTrustDomains: [
        { trustDomain: "partner.io", bundleEndpointUrl: "https://spire.partner.io", profile: { type: "https_web" } },
    ],
};

describe("WorkloadIdentity", () => {
    it("registers an entry that checks namespace and ServiceAccount, whatever a pod's labels claim", async () => {
        const deployed = await deploy(() => new WorkloadIdentity("api", ARGS));
        assert.deepEqual(deployed.list(), [
            ["kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID", "api-entry"],
            ["x0tta6bl4:spire:WorkloadIdentity", "api"],
        ]);
        assert.deepEqual(deployed.inputs("kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID", "api-entry"), {
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ClusterSPIFFEID",
            metadata: { name: "shop-api" },
            spec: {
                spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/ns/shop/sa/api",
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
                podSelector: { matchLabels: { "spiffe.x0tta6bl4.io/identity": "api" } },
                workloadSelectorTemplates: ["k8s:ns:shop", "k8s:sa:api"],
            },
        });
    });

    it("writes path, names, lives, federation and further selectors where they are asked for", () => {
        assert.deepEqual(
            clusterSpiffeIdSpec(
                {
                    ...ARGS,
                    path: "/billing/api",
                    dnsNames: ["api.shop.svc"],
                    x509SvidTtl: "30m",
                    jwtSvidTtl: "5m",
                    federatesWith: ["partner.io"],
                    selectors: ["k8s:image-signature:verified"],
                },
                spireOf(PARTNER),
            ),
            {
                spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/billing/api",
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
                podSelector: { matchLabels: { "spiffe.x0tta6bl4.io/identity": "api" } },
                workloadSelectorTemplates: ["k8s:ns:shop", "k8s:sa:api", "k8s:image-signature:verified"],
                dnsNameTemplates: ["api.shop.svc"],
                ttl: "30m",
                jwtTtl: "5m",
                federatesWith: ["partner.io"],
            },
        );
    });

    it("gives a workload volume, mount, variable and label with one argument", async () => {
        const deployed = await deploy(() => {
            const { pod } = new WorkloadIdentity("identity", ARGS);
            new Workload("api", {
                app: "api",
                namespace: "shop",
                image: "registry.io/api:1.0.0",
                version: "1.0.0",
                port: 8080,
                metricsPath: "/metrics",
                owner: "shop-team",
                replicas: { minimum: 2, maximum: 4 },
                resources: { cpuRequest: "100m", cpuLimit: "1", memoryRequest: "64Mi", memoryLimit: "128Mi" },
                identity: pod,
            });
        });
        const { template } = deployed.inputs("kubernetes:apps/v1:Deployment", "api-deployment")["spec"] as {
            template: { metadata: { labels: Raw }; spec: { containers: [Raw]; volumes: Raw[] } };
        };
        assert.equal(template.metadata.labels["spiffe.x0tta6bl4.io/identity"], "api");
        assert.deepEqual(template.spec.containers[0]["env"], [
            { name: "SPIFFE_ENDPOINT_SOCKET", value: "unix:///run/spiffe/workload/spire-agent.sock" },
        ]);
        assert.deepEqual((template.spec.containers[0]["volumeMounts"] as Raw[]).at(-1), {
            name: "spiffe-workload-api",
            mountPath: "/run/spiffe/workload",
            readOnly: true,
        });
        assert.deepEqual(template.spec.volumes.at(-1), {
            name: "spiffe-workload-api",
            csi: { driver: "csi.spiffe.io", readOnly: true },
        });
    });

    it("refuses every malformed argument at once, before it creates anything", async () => {
        assert.equal(
            await refusalOf(
                () =>
                    new WorkloadIdentity("api", {
                        ...ARGS,
                        path: "billing/../api",
                        dnsNames: ["API.shop", "*.shop.svc"],
                        x509SvidTtl: "5h",
                        jwtSvidTtl: "1d",
                        federatesWith: ["partner.io"],
                        selectors: ["k8s:sa:{{ .PodSpec.ServiceAccountName }}"],
                    }),
            ),
            [
                "api:",
                '  path "billing/../api" is no path of a SPIFFE ID; it must be like /billing/api (SPIFFE ID, section 2.2)',
                '  DNS name "API.shop" is none; it must be like api.billing.svc',
                "  x509SvidTtl is 5h; with a caTtl of 24h SPIRE issues for at most 4h",
                '  jwtSvidTtl must be a duration such as 90s, 5m or 24h, found "1d"',
                "  workload identity.federatesWith holds partner.io, which is not among federatedTrustDomains",
                '  selector "k8s:sa:{{ .PodSpec.ServiceAccountName }}" must be like k8s:container-name:api, without templates',
            ].join("\n"),
        );
    });

    it("keeps workloads out of the paths of SPIRE itself", async () => {
        assert.equal(
            await refusalOf(() => new WorkloadIdentity("api", { ...ARGS, path: "/spire/server" })),
            'api:\n  path "/spire/server" is reserved for SPIRE itself',
        );
    });
});
