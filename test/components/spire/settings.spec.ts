import assert from "node:assert/strict";

import { readSpire, SMALLEST, spireOf } from "../../support/spire";

describe("SPIRE's settings", () => {
    it("fills in secure defaults", () => {
        const settings = spireOf();
        assert.equal(settings.requirePqKem, true);
        assert.equal(settings.hostAccess, "warn");
        assert.deepEqual(settings.server.keyManager, { type: "disk" });
        assert.deepEqual(settings.server.upstreamAuthority, { type: "none" });
        assert.equal(settings.server.caKeyType, "ec-p384");
        assert.equal(settings.server.caTtl, "24h");
        assert.equal(settings.server.x509SvidTtl, "1h");
        assert.equal(settings.server.jwtSvidTtl, "5m");
        assert.equal(settings.server.auditLog, true);
        assert.deepEqual(settings.server.adminIds, []);
        assert.deepEqual(settings.agent.kubelet, {
            verify: "clusterCa",
            address: "hostIP",
            port: 10250,
            cidrs: ["10.0.0.0/24"],
        });
        assert.equal(settings.agent.rebootstrapMode, "never");
        assert.equal(settings.controllerManager.validation, "admissionPolicy");
        assert.equal(settings.csiDriver.kubeletRoot, undefined);
        assert.equal(settings.oidcProvider, undefined);
    });

    it("reports every fault at once, each with its path", () => {
        assert.deepEqual(
            readSpire({
                trustDomain: "Prod.X0tta6bl4.io",
                trustDomian: "x",
                clusterName: "staging",
                server: {
                    replicas: 0,
                    dataStore: { type: "oracle" },
                    keyManager: { type: "awsKms" },
                    caTtl: "1d",
                    caKeyType: "rsa-2048",
                },
                agent: { kubelet: { cidrs: ["10.0.0.0"] }, insecureBootstrap: true },
            }).faults,
            [
                'spire.trustDomian is not known; did you mean "trustDomain"?',
                'spire.trustDomain must be a trust domain of lower-case letters, digits, dots, dashes and underscores, such as prod.x0tta6bl4.io, found "Prod.X0tta6bl4.io"',
                "spire.server.replicas must be a whole number from 1 to 9, found 0",
                'spire.server.dataStore.type must be one of sqlite, postgres, mysql, awsPostgres, awsMysql, found "oracle"',
                "spire.server.keyManager.region is missing; it must be a text that is not empty",
                'spire.server.caTtl must be a duration such as 90s, 5m or 24h (there is no unit for days), found "1d"',
                'spire.server.caKeyType must be one of ec-p256, ec-p384, rsa-4096, found "rsa-2048"',
                "spire.agent.insecureBootstrap is not known; known: kubelet, workloadKeyType, availabilityTarget, rebootstrapMode, maxUnavailable, logLevel, metricsTls, maxSvidCacheSize, sigstore, egress",
                'spire.agent.kubelet.cidrs[0] must be an address range with its mask, such as 10.0.0.0/24, found "10.0.0.0"',
            ],
        );
    });

    it("refuses a database password written into the settings", () => {
        const dataStore = {
            type: "postgres",
            host: "db.x0tta6bl4.io",
            trustAnchor: { secret: "db-ca", key: "ca.crt" },
            password: "hunter2",
        };
        const { faults } = readSpire({ ...SMALLEST, server: { replicas: 1, dataStore } });
        assert.equal(faults.length, 1);
        assert.match(faults[0] ?? "", /^spire\.server\.dataStore\.password must be an object with secret, key/);
    });

    it("takes a trust anchor from a ConfigMap or a Secret, and from nothing else", () => {
        const read = (trustAnchor: unknown): readonly string[] =>
            readSpire({
                ...SMALLEST,
                server: { replicas: 1, dataStore: { type: "awsPostgres", region: "r", host: "db", trustAnchor } },
            }).faults;
        assert.deepEqual(read({ secret: "db-ca", key: "ca.crt" }), []);
        assert.deepEqual(read({ configMap: "db-ca", key: "ca.crt" }), []);
        assert.deepEqual(read({ file: "/etc/ca.crt", key: "ca.crt" }), [
            "spire.server.dataStore.trustAnchor.file is not known; known: configMap, key",
            "spire.server.dataStore.trustAnchor.configMap is missing; it must be the name of a Kubernetes object",
        ]);
    });
});
