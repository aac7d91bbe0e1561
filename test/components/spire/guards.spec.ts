import assert from "node:assert/strict";

import { boundSpec, byAccounts, WEBHOOK_AUTHORITY } from "../../../components/bounds";
import { TrustBundle, transitionPolicySpec } from "../../../components/spire/bundle";
import { SPIRE_CRDS } from "../../../components/spire/crds";
import { spireFlows } from "../../../components/spire/flows";
import {
    clusterSpiffeIdPolicy,
    EntryValidation,
    federatedTrustDomainPolicy,
} from "../../../components/spire/validation";
import { flowFaults, policySpecs } from "../../../components/network/flows";
import { deploy } from "../../support/deploy";
import type { Raw } from "../../support/spire";
import { DATABASE_EGRESS, spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const CONFIG_MAP = ["kubernetes:core/v1:ConfigMap", "bundle-configmap"] as const;

describe("TrustBundle", () => {
    const bundleOf = (over: Raw) =>
        deploy(() => new TrustBundle("bundle", { settings: spireOf(over), version: "1.15.2" }));

    it("never writes the bundle itself, and keeps it when the stack is removed", async () => {
        const deployed = await bundleOf({});
        assert.deepEqual(deployed.inputs(...CONFIG_MAP), {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: {
                name: "spire-bundle",
                namespace: "spire",
                annotations: {
                    "x0tta6bl4.io/spire-trust-domain": "staging.x0tta6bl4.io",
                    "x0tta6bl4.io/spire-version": "1.15.2",
                },
            },
        });
        const { protect, ignoreChanges, retainOnDelete } = deployed.one(...CONFIG_MAP) as unknown as Raw;
        assert.deepEqual(
            { protect, ignoreChanges, retainOnDelete },
            {
                protect: true,
                ignoreChanges: ["data"],
                retainOnDelete: true,
            },
        );
    });

    it("carries the confirmation of a changed trust domain", async () => {
        const { metadata } = (await bundleOf({ leavingTrustDomain: "old.x0tta6bl4.io" })).inputs(...CONFIG_MAP);
        assert.equal(
            (metadata as { annotations: Raw }).annotations["x0tta6bl4.io/spire-leaving-trust-domain"],
            "old.x0tta6bl4.io",
        );
    });

    it("has the cluster refuse a changed trust domain or a skipped release, whoever sends it", async () => {
        const deployed = await bundleOf({});
        const binding = deployed.inputs(
            "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
            "bundle-transitions-binding",
        );
        assert.deepEqual(binding["spec"], { policyName: "spire-transitions", validationActions: ["Deny"] });
        const spec = transitionPolicySpec() as unknown as { validations: { message: string }[]; failurePolicy: string };
        assert.equal(spec.failurePolicy, "Fail");
        assert.deepEqual(
            spec.validations.map(({ message }) => message),
            [
                "The annotation x0tta6bl4.io/spire-trust-domain must stay: it is how a change of the trust domain is noticed.",
                "The trust domain would change; to confirm, set spire.leavingTrustDomain to the old one.",
                "SPIRE releases are taken one minor at a time, servers before agents.",
            ],
        );
    });
});

describe("EntryValidation", () => {
    it("judges entries by admission policies that fail closed", async () => {
        const deployed = await deploy(() => new EntryValidation("entries", { settings: spireOf() }));
        assert.deepEqual(
            deployed.list().map(([, name]) => name),
            [
                "entries-spire-cluster-spiffe-ids",
                "entries-spire-federated-trust-domains",
                "entries-spire-cluster-spiffe-ids-binding",
                "entries-spire-federated-trust-domains-binding",
                "entries",
            ],
        );
        for (const policy of [clusterSpiffeIdPolicy(), federatedTrustDomainPolicy()]) {
            assert.equal(policy.failurePolicy, "Fail");
        }
    });

    it("uses the manager's webhook where it is asked for, and leaves its CA to the manager", async () => {
        const settings = spireOf({ controllerManager: { validation: "webhook" } });
        const deployed = await deploy(() => new EntryValidation("entries", { settings }));
        const type = "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration";
        const admission = "kubernetes:admissionregistration.k8s.io/v1";
        assert.deepEqual(deployed.list(), [
            [`${admission}:ValidatingAdmissionPolicy`, "entries-bound-spire-webhook"],
            [`${admission}:ValidatingAdmissionPolicyBinding`, "entries-bound-spire-webhook-binding"],
            [type, "entries-webhook"],
            ["x0tta6bl4:spire:EntryValidation", "entries"],
        ]);
        assert.deepEqual(deployed.dependencies(type, "entries-webhook"), [
            "entries-bound-spire-webhook",
            "entries-bound-spire-webhook-binding",
        ]);
        // The manager runs in the servers' pods, by their account.
        const by = byAccounts("by-the-controller-manager", "spire", ["spire-server"]);
        const { spec } = deployed.inputs(`${admission}:ValidatingAdmissionPolicy`, "entries-bound-spire-webhook");
        assert.deepEqual(spec, boundSpec(WEBHOOK_AUTHORITY, { by }));
        const { ignoreChanges } = deployed.one(type, "entries-webhook") as unknown as Raw;
        assert.deepEqual(ignoreChanges, ["webhooks[*].clientConfig.caBundle"]);
        const { metadata, webhooks } = deployed.inputs(type, "entries-webhook") as { metadata: Raw; webhooks: Raw[] };
        assert.equal(metadata["name"], "spire-controller-manager-webhook");
        assert.deepEqual(
            webhooks.map(({ name, clientConfig }) => [name, (clientConfig as { service: Raw }).service["path"]]),
            [
                ["vclusterspiffeid.kb.io", "/validate-spire-spiffe-io-v1alpha1-clusterspiffeid"],
                [
                    "vclusterfederatedtrustdomain.kb.io",
                    "/validate-spire-spiffe-io-v1alpha1-clusterfederatedtrustdomain",
                ],
            ],
        );
    });
});

describe("SPIRE's flows", () => {
    const flowsOf = (over: Raw) => spireFlows(spireOf(over), SURROUNDINGS.cluster, SURROUNDINGS.monitoring);

    it("are free of faults and open both ends between agents and servers", () => {
        const flows = flowsOf({});
        assert.deepEqual(flowFaults(flows), []);
        assert.deepEqual(
            policySpecs(flows)
                .filter(({ name }) => name.startsWith("spire-agents"))
                .map(({ name, spec }) => [name, spec]),
            [
                [
                    "spire-agents-egress",
                    {
                        podSelector: { matchLabels: { "app.kubernetes.io/name": "spire-agent" } },
                        policyTypes: ["Egress"],
                        egress: [
                            {
                                to: [
                                    {
                                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "spire" } },
                                        podSelector: { matchLabels: { "app.kubernetes.io/name": "spire-server" } },
                                    },
                                ],
                                ports: [{ protocol: "TCP", port: 8081 }],
                            },
                        ],
                    },
                ],
                [
                    "spire-agents-ingress",
                    {
                        podSelector: { matchLabels: { "app.kubernetes.io/name": "spire-server" } },
                        policyTypes: ["Ingress"],
                        ingress: [
                            {
                                from: [
                                    {
                                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "spire" } },
                                        podSelector: { matchLabels: { "app.kubernetes.io/name": "spire-agent" } },
                                    },
                                ],
                                ports: [{ protocol: "TCP", port: 8081 }],
                            },
                        ],
                    },
                ],
            ],
        );
    });

    it("open what is optional only where it is used", () => {
        const names = (over: Raw): readonly string[] => flowsOf(over).map(({ name }) => name);
        const always = names({});
        assert.deepEqual(always, [
            "spire-agents",
            "spire-server-dns",
            "spire-agent-dns",
            "spire-server-api",
            "spire-agent-kubelet",
            "spire-server-metrics",
            "spire-manager-metrics",
            "spire-agent-metrics",
            "spire-server-probes",
            "spire-agent-probes",
            "spiffe-csi-probes",
        ]);
        const more = names({
            server: {
                egress: DATABASE_EGRESS,
                jwtIssuer: "https://oidc.x0tta6bl4.io",
                bundleEndpoint: { profile: { type: "https_spiffe" }, clients: ["192.0.2.1/32"] },
            },
            agent: { egress: [{ name: "rekor", cidrs: ["192.0.2.2/32"], ports: [443] }] },
            controllerManager: { validation: "webhook" },
            oidcProvider: { domain: "oidc.x0tta6bl4.io", certificateSecret: "tls", ingressNamespace: "ingress" },
        });
        assert.deepEqual(
            more.filter((name) => !always.includes(name)),
            [
                "spire-server-database",
                "spire-agent-rekor",
                "spire-webhook",
                "spire-federation",
                "spire-oidc",
                "spire-oidc-probes",
            ],
        );
    });
});

describe("the definitions of SPIRE's entries", () => {
    it("are structural: every node of every schema has a type", () => {
        const untyped: string[] = [];
        const walk = (schema: Raw, path: string): void => {
            if (typeof schema["type"] !== "string") {
                untyped.push(path);
            }
            for (const [name, child] of Object.entries((schema["properties"] ?? {}) as Raw)) {
                walk(child as Raw, `${path}.${name}`);
            }
            if (schema["items"] !== undefined) {
                walk(schema["items"] as Raw, `${path}[]`);
            }
        };
        for (const [name, spec] of Object.entries(SPIRE_CRDS)) {
            const [version] = (spec as unknown as { versions: [{ schema: { openAPIV3Schema: Raw } }] }).versions;
            walk(version.schema.openAPIV3Schema, name);
        }
        assert.deepEqual(untyped, []);
    });

    it("name the three kinds the controller manager reads, cluster-wide, with a status", () => {
        assert.deepEqual(
            Object.entries(SPIRE_CRDS).map(([name, spec]) => {
                const { names, scope, versions } = spec as unknown as {
                    names: Raw;
                    scope: string;
                    versions: [{ name: string; subresources: Raw }];
                };
                return [name, names["kind"], scope, versions[0].name, versions[0].subresources];
            }),
            [
                ["clusterspiffeids", "ClusterSPIFFEID"],
                ["clusterstaticentries", "ClusterStaticEntry"],
                ["clusterfederatedtrustdomains", "ClusterFederatedTrustDomain"],
            ].map(([plural, kind]) => [`${plural}.spire.spiffe.io`, kind, "Cluster", "v1alpha1", { status: {} }]),
        );
    });
});
