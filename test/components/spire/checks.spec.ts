import assert from "node:assert/strict";

import { spireFaults } from "../../../components/spire/checks";
import type { Raw } from "../../support/spire";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../../support/spire";

const CURRENT = { server: "1.15.2", agent: "1.15.2" };

const faultsOf = (over: Raw): readonly string[] => spireFaults(spireOf(over), CURRENT, "spire");

const VAULT = { address: "https://vault.x0tta6bl4.io", trustAnchor: { configMap: "vault-ca", key: "ca.crt" } };
const VAULT_EGRESS = [{ name: "vault", cidrs: ["10.9.0.6/32"], ports: [8200] }];
const appRole = (secret: string): Raw => ({
    method: "appRole",
    roleId: { secret, key: "id" },
    secretId: { secret, key: "secret" },
});

describe("the fit of SPIRE's settings", () => {
    it("has nothing to say about the smallest staging and a complete production", () => {
        assert.deepEqual(faultsOf({}), []);
        assert.deepEqual(
            faultsOf({
                trustDomain: "prod.x0tta6bl4.io",
                leavingTrustDomain: "old.x0tta6bl4.io",
                server: {
                    replicas: 3,
                    dataStore: POSTGRES,
                    egress: DATABASE_EGRESS,
                    jwtIssuer: "https://oidc.x0tta6bl4.io",
                    adminIds: ["spiffe://prod.x0tta6bl4.io/admin"],
                    metricsTls: { type: "spire", authorizedSpiffeIds: ["spiffe://prod.x0tta6bl4.io/prometheus"] },
                },
                oidcProvider: {
                    domain: "oidc.x0tta6bl4.io",
                    certificateSecret: "oidc-tls",
                    ingressNamespace: "ingress",
                },
            }),
            [],
        );
    });

    for (const name of ["example.org", "prod.example.org", "example.com", "spire.test", "localhost", "a.invalid"]) {
        it(`refuses the reserved trust domain ${name}`, () => {
            assert.deepEqual(faultsOf({ trustDomain: name }), [
                `spire.trustDomain is "${name}", a name reserved for documentation and tests; use one you own`,
            ]);
        });
    }

    it("refuses to leave the trust domain in use", () => {
        assert.deepEqual(faultsOf({ leavingTrustDomain: "staging.x0tta6bl4.io" }), [
            "spire.leavingTrustDomain is the trust domain in use; name the one that is left, or remove the setting once every identity is re-issued",
        ]);
    });

    it("refuses every life above a sixth of the CA's, and accepts exactly a sixth", () => {
        assert.deepEqual(faultsOf({ server: { caTtl: "24h", x509SvidTtl: "4h" } }), []);
        assert.deepEqual(
            faultsOf({
                server: { caTtl: "24h", x509SvidTtl: "4h1s", jwtSvidTtl: "5h", agentTtl: "6h" },
                staticEntries: [
                    {
                        name: "edge",
                        spiffeId: "spiffe://staging.x0tta6bl4.io/edge",
                        parentId: "spiffe://staging.x0tta6bl4.io/node",
                        selectors: ["unix:uid:1000"],
                        x509SvidTtl: "7h",
                        jwtSvidTtl: "8h",
                    },
                ],
            }),
            [
                ["server.x509SvidTtl", "4h1s"],
                ["server.jwtSvidTtl", "5h"],
                ["server.agentTtl", "6h"],
                ["staticEntries[0].x509SvidTtl", "7h"],
                ["staticEntries[0].jwtSvidTtl", "8h"],
            ].map(
                ([at, ttl]) =>
                    `spire.${at} is ${ttl}; with a caTtl of 24h SPIRE issues for at most 4h, a sixth of it, without a word. Shorten it or lengthen caTtl`,
            ),
        );
    });

    it("refuses several servers on one sqlite file", () => {
        assert.deepEqual(faultsOf({ server: { replicas: 3 } }), [
            "spire.server.replicas is 3, but a sqlite data store is a file that one server can use; set 1 or use postgres or mysql",
        ]);
    });

    it("refuses keys in memory unless another authority signs the CA", () => {
        assert.deepEqual(faultsOf({ server: { keyManager: { type: "memory" } } }), [
            "spire.server.keyManager is memory without an upstreamAuthority: every restart would make a new root that nobody trusts yet; use disk, a key service or an upstream authority",
        ]);
        assert.deepEqual(
            faultsOf({
                server: { keyManager: { type: "memory" }, upstreamAuthority: { type: "certManager", issuer: "root" } },
            }),
            [],
        );
    });

    it("refuses two AppRoles, of which SPIRE could read only one", () => {
        const server = (upstreamSecret: string): Raw => ({
            keyManager: { type: "vault", ...VAULT, auth: appRole("a") },
            upstreamAuthority: { type: "vault", ...VAULT, auth: appRole(upstreamSecret) },
            egress: VAULT_EGRESS,
        });
        assert.deepEqual(faultsOf({ server: server("a") }), []);
        assert.deepEqual(faultsOf({ server: server("b") }), [
            "spire.server.keyManager and upstreamAuthority log in to Vault by two AppRoles, but SPIRE reads one pair of variables (VAULT_APPROLE_ID, VAULT_APPROLE_SECRET_ID); use the same, or the kubernetes method",
        ]);
    });

    it("refuses the webhook with standby managers", () => {
        assert.deepEqual(
            faultsOf({
                server: { replicas: 3, dataStore: POSTGRES, egress: DATABASE_EGRESS },
                controllerManager: { validation: "webhook" },
            }),
            [
                "spire.server.replicas is 3, but the webhook of a standby manager serves an expired certificate after a day (spire-controller-manager#450); set controllerManager.validation to admissionPolicy",
            ],
        );
    });

    it("refuses a plugin that is named twice", () => {
        const publisher = { type: "awsS3", region: "eu-central-1", bucket: "b", objectKey: "k" };
        assert.deepEqual(
            faultsOf({
                server: {
                    nodeAttestors: [{ type: "joinToken" }, { type: "joinToken" }],
                    bundlePublishers: [publisher, publisher],
                    egress: DATABASE_EGRESS,
                },
            }),
            [
                "spire.server.nodeAttestors names joinToken twice; SPIRE takes a plugin once",
                "spire.server.bundlePublishers names awsS3 twice; SPIRE takes a plugin once",
            ],
        );
    });

    it("refuses x509pop by an external authority without one, and one that has no use", () => {
        assert.deepEqual(faultsOf({ server: { nodeAttestors: [{ type: "x509pop", mode: "externalPki" }] } }), [
            "spire.server.nodeAttestors[0].trustAnchor is missing: externalPki needs the CA of the nodes' certificates",
        ]);
        const trustAnchor = { configMap: "nodes-ca", key: "ca.crt" };
        assert.deepEqual(faultsOf({ server: { nodeAttestors: [{ type: "x509pop", mode: "spiffe", trustAnchor }] } }), [
            "spire.server.nodeAttestors[0].trustAnchor has no use in the mode spiffe; remove it",
        ]);
    });

    it("refuses administrators and scrapers of another trust domain", () => {
        const foreign = "spiffe://other.io/admin";
        assert.deepEqual(
            faultsOf({
                server: { adminIds: [foreign], metricsTls: { type: "spire", authorizedSpiffeIds: [foreign] } },
                agent: { metricsTls: { type: "spire", authorizedSpiffeIds: [foreign] } },
            }),
            [
                "spire.server.adminIds holds spiffe://other.io/admin, which is not of the trust domain staging.x0tta6bl4.io",
                "spire.server.metricsTls.authorizedSpiffeIds holds spiffe://other.io/admin, which is not of the trust domain staging.x0tta6bl4.io",
                "spire.agent.metricsTls.authorizedSpiffeIds holds spiffe://other.io/admin, which is not of the trust domain staging.x0tta6bl4.io",
            ],
        );
    });

    it("refuses an OIDC provider whose keys nobody would look for, or that has none", () => {
        const oidcProvider = { domain: "oidc.x0tta6bl4.io", certificateSecret: "tls", ingressNamespace: "ingress" };
        assert.deepEqual(faultsOf({ oidcProvider }), [
            "spire.server.jwtIssuer is missing; verifiers look for the keys of an issuer there, so it must be https://oidc.x0tta6bl4.io, where the oidcProvider serves them",
        ]);
        assert.deepEqual(
            faultsOf({ oidcProvider, server: { jwtIssuer: "https://oidc.x0tta6bl4.io", disableJwtSvids: true } }),
            [
                "spire.server.jwtIssuer has no use with disableJwtSvids; remove one of them",
                "spire.server.disableJwtSvids leaves the oidcProvider without keys to publish; remove one of them",
            ],
        );
        assert.deepEqual(
            faultsOf({
                oidcProvider,
                server: { jwtIssuer: "https://oidc.x0tta6bl4.io" },
                controllerManager: { ignoreNamespaces: ["spire"] },
            }),
            [
                "spire.controllerManager.ignoreNamespaces holds spire, where the oidcProvider needs an identity; remove it",
            ],
        );
    });

    it("refuses what is outside the cluster without a way there", () => {
        assert.deepEqual(
            faultsOf({
                server: {
                    replicas: 3,
                    dataStore: POSTGRES,
                    keyManager: { type: "awsKms", region: "eu-central-1" },
                    upstreamAuthority: { type: "awsPca", region: "eu-central-1", authorityArn: "arn:aws:acm-pca:x" },
                },
            }),
            [
                "spire.server.egress is empty, so the servers can't reach the data store db.x0tta6bl4.io, the key manager awsKms, the upstream authority awsPca; name addresses and ports",
            ],
        );
    });

    it("refuses federation and sigstore without a way there", () => {
        assert.deepEqual(
            faultsOf({
                agent: { sigstore: { allowedIdentities: { "https://issuer.io": ["ci"] } } },
                federatedTrustDomains: [
                    {
                        trustDomain: "partner.io",
                        bundleEndpointUrl: "https://spire.partner.io:8443",
                        profile: { type: "https_web" },
                    },
                ],
            }),
            [
                "spire.server.egress is empty, so the servers can't reach https://spire.partner.io:8443; name addresses and ports",
                "spire.agent.egress is empty, so the agents can't reach the registry and the transparency log that sigstore asks; name addresses and ports",
            ],
        );
    });

    it("refuses a dollar sign that the server would expand together with the password", () => {
        const mysql = { ...POSTGRES, type: "mysql" };
        assert.deepEqual(faultsOf({ server: { replicas: 3, dataStore: mysql, egress: DATABASE_EGRESS } }), []);
        const subject = { organization: "US$ Bank" };
        assert.deepEqual(
            faultsOf({ server: { replicas: 3, dataStore: mysql, egress: DATABASE_EGRESS, caSubject: subject } }),
            [
                "spire.server: a setting holds a dollar sign, which the server would replace by an environment variable while it reads the database password; remove it",
            ],
        );
        assert.deepEqual(faultsOf({ server: { caSubject: subject } }), []);
    });

    it("refuses a kubelet's own certificate under an address it does not name", () => {
        assert.deepEqual(faultsOf({ agent: { kubelet: { verify: "hostCertificate" } } }), [
            "spire.agent.kubelet.address is hostIP, but a kubelet's self-signed certificate names the node only; set nodeName or verify by clusterCa",
        ]);
        assert.deepEqual(faultsOf({ agent: { kubelet: { verify: "hostCertificate", address: "nodeName" } } }), []);
    });

    it("refuses an availability target that SPIRE refuses or can't keep", () => {
        assert.deepEqual(faultsOf({ agent: { availabilityTarget: "23h" } }), [
            "spire.agent.availabilityTarget is 23h; SPIRE accepts 24h or more",
        ]);
        assert.deepEqual(faultsOf({ agent: { availabilityTarget: "24h" } }), [
            "spire.agent.availabilityTarget is 24h, which needs an x509SvidTtl of at least 36h; it is 1h",
        ]);
        assert.deepEqual(
            faultsOf({ agent: { availabilityTarget: "24h" }, server: { x509SvidTtl: "36h", caTtl: "216h" } }),
            [],
        );
    });

    it("refuses a federation endpoint without exactly one certificate, or without consent", () => {
        const clients = ["203.0.113.7/32"];
        const acme = { domain: "f.x0tta6bl4.io", email: "ops@x0tta6bl4.io", termsOfServiceAccepted: false };
        const endpoint = (over: Raw): Raw => ({
            server: { bundleEndpoint: { profile: { type: "https_web", ...over }, clients } },
        });
        assert.deepEqual(faultsOf(endpoint({})), [
            "spire.server.bundleEndpoint.profile must name either certificate or acme, found neither",
        ]);
        assert.deepEqual(faultsOf(endpoint({ acme, certificate: { secret: "web" } })), [
            "spire.server.bundleEndpoint.profile must name either certificate or acme, found both",
            "spire.server.bundleEndpoint.profile.acme.termsOfServiceAccepted is false; without consent the ACME server issues nothing",
        ]);
        assert.deepEqual(faultsOf(endpoint({ certificate: { secret: "web" } })), []);
    });

    it("refuses federation with itself, twice with one, or without a first bundle", () => {
        const domain = (trustDomain: string): Raw => ({
            trustDomain,
            bundleEndpointUrl: "https://spire.partner.io:8443",
            profile: { type: "https_web" },
        });
        const spiffe = { type: "https_spiffe", endpointSpiffeId: "spiffe://partner.io/spire/server" };
        assert.deepEqual(
            faultsOf({
                server: { egress: [{ name: "partner", cidrs: ["203.0.113.9/32"], ports: [8443] }] },
                federatedTrustDomains: [
                    domain("staging.x0tta6bl4.io"),
                    domain("partner.io"),
                    { ...domain("partner.io"), profile: spiffe },
                ],
            }),
            [
                "spire.federatedTrustDomains[0].trustDomain is this installation's own; federation is with others",
                "spire.federatedTrustDomains[2].profile.bundle is missing: https_spiffe is verified with the foreign bundle, so the first one must be given",
                "spire.federatedTrustDomains names partner.io twice",
            ],
        );
    });

    it("refuses static entries of another trust domain, unknown federation and repeated names", () => {
        const entry = {
            name: "edge",
            spiffeId: "spiffe://other.io/edge",
            parentId: "spiffe://staging.x0tta6bl4.io/node",
            selectors: ["unix:uid:1000"],
            federatesWith: ["partner.io"],
        };
        const own = { ...entry, spiffeId: "spiffe://staging.x0tta6bl4.io/edge", federatesWith: [] };
        assert.deepEqual(faultsOf({ staticEntries: [entry, own] }), [
            "spire.staticEntries[0] names spiffe://other.io/edge, which is not of the trust domain staging.x0tta6bl4.io",
            "spire.staticEntries[0].federatesWith holds partner.io, which is not among federatedTrustDomains",
            "spire.staticEntries names edge twice",
        ]);
    });

    it("refuses static entries under the paths that SPIRE keeps to itself, and no others that begin like them", () => {
        const entries = ["spire", "spire/nested", "spires", "web/spire"].map((path) => ({
            name: path.replace("/", "-"),
            spiffeId: `spiffe://staging.x0tta6bl4.io/${path}`,
            parentId: "spiffe://staging.x0tta6bl4.io/spire/agent/join_token/edge",
            selectors: ["unix:uid:1000"],
        }));
        assert.deepEqual(
            faultsOf({ staticEntries: entries }),
            ["spire", "spire/nested"].map(
                (path, index) =>
                    `spire.staticEntries[${index}].spiffeId is spiffe://staging.x0tta6bl4.io/${path}; SPIRE keeps paths under /spire/ to itself and refuses the entry`,
            ),
        );
    });

    it("reports the releases that do not go together under the settings' path", () => {
        assert.deepEqual(spireFaults(spireOf(), { server: "1.15.2", agent: "1.15.3" }, "spire"), [
            "spire: spire-agent 1.15.3 is newer than spire-server 1.15.2; upgrade the servers first",
        ]);
    });
});
