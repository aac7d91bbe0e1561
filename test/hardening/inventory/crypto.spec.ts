import assert from "node:assert/strict";

import { cbom } from "../../../hardening/inventory/cbom";
import { cryptoAssets } from "../../../hardening/inventory/crypto";
import { resourceOf } from "../../support/controls";
import { cycloneDxValidator } from "../../support/cyclonedx";

describe("cryptographic inventory", () => {
    const server = {
        server: { trust_domain: "prod.example.org", ca_key_type: "ec-p384", ca_ttl: "48h" },
        plugins: { DataStore: [{ sql: { plugin_data: { database_type: "postgres" } } }] },
    };
    const configMap = (data: Record<string, string>) =>
        resourceOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "spire" }, data });

    it("finds SPIRE's keys, lives and connections, classical ones with a date to migrate by", () => {
        const assets = cryptoAssets([configMap({ "server.conf": JSON.stringify(server) })]);
        assert.deepEqual(
            assets.map(({ name, algorithm, lifetime, migrateBy }) => [name, algorithm, lifetime, migrateBy]),
            [
                ["spire-x509-authority", "ECDSA-P384", "48h", "2035-12-31"],
                ["spire-jwt-authority", "ECDSA-P384", undefined, "2035-12-31"],
                ["workload-x509-svid", "ECDSA-P256", "1h", "2035-12-31"],
                ["spire-database-connection", "TLS", undefined, undefined],
            ],
        );
    });

    it("tells a required post-quantum key agreement from a preferred one", () => {
        const names = (experimental: object) =>
            cryptoAssets([
                configMap({ "agent.conf": JSON.stringify({ agent: { trust_domain: "td", experimental } }) }),
            ]).map(({ name, nistQuantumSecurityLevel }) => `${name} ${nistQuantumSecurityLevel}`);
        assert.deepEqual(names({ require_pq_kem: true }), ["spire-agent-connection 0", "spire-agent-key-agreement 3"]);
        assert.deepEqual(names({}), ["spire-agent-connection 0", "spire-agent-key-agreement-preferred 3"]);
    });

    it("says nothing of ConfigMaps that hold no SPIRE configuration", () => {
        assert.deepEqual(cryptoAssets([configMap({ "server.conf": "not json", "app.conf": "{}" })]), []);
    });

    it("is a CycloneDX 1.6 document by CycloneDX's own schema", () => {
        const validate = cycloneDxValidator();
        const certificate = resourceOf({
            apiVersion: "cert-manager.io/v1",
            kind: "Certificate",
            metadata: { name: "web", namespace: "shop" },
            spec: { duration: "2160h", privateKey: { algorithm: "ECDSA", size: 256 } },
        });
        const agent = { agent: { trust_domain: "td", experimental: { require_pq_kem: true } } };
        const assets = cryptoAssets([
            configMap({ "server.conf": JSON.stringify(server), "agent.conf": JSON.stringify(agent) }),
            certificate,
        ]);
        assert.equal(assets.length, 7);
        assert.deepEqual([validate(cbom("staging", assets)), validate.errors], [true, null]);
        assert.equal(validate({ ...cbom("staging", assets), bomFormat: "Other" }), false);
    });
});
