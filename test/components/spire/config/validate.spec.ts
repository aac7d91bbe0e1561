import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { agentConf } from "../../../../components/spire/config/agent";
import { render } from "../../../../components/spire/config/json";
import { serverConf } from "../../../../components/spire/config/server";
import { SERVER_PATHS } from "../../../../components/spire/layout";
import { findBinary } from "../../../support/binary";
import type { Raw } from "../../../support/spire";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../../../support/spire";

const VAULT = { address: "https://vault.x0tta6bl4.io", trustAnchor: { configMap: "vault-ca", key: "ca.crt" } };

/** Settings that between them write every key and plugin the builders know, beside what needs files or a network. */
const SERVERS: Readonly<Record<string, Raw>> = {
    "one server with sqlite": {},
    "three servers with PostgreSQL": { server: { replicas: 3, dataStore: POSTGRES, egress: DATABASE_EGRESS } },
    "every optional key": {
        server: {
            agentTtl: "2h",
            jwtKeyType: "ec-p256",
            jwtIssuer: "https://oidc.x0tta6bl4.io",
            adminIds: ["spiffe://staging.x0tta6bl4.io/admin"],
            pruneNodesExpiredFor: "72h",
            caSubject: { country: "EE", organization: "Zero", commonName: "root" },
            metricsTls: { type: "spire", authorizedSpiffeIds: ["spiffe://staging.x0tta6bl4.io/prometheus"] },
            bundleEndpoint: { profile: { type: "https_spiffe" }, refreshHint: "5m", clients: ["192.0.2.1/32"] },
            nodeAttestors: [{ type: "joinToken" }, { type: "x509pop", mode: "spiffe" }],
        },
    },
    "MySQL and its password": {
        server: { replicas: 3, dataStore: { ...POSTGRES, type: "mysql" }, egress: DATABASE_EGRESS },
    },
    "Vault for keys": {
        server: {
            keyManager: { type: "vault", ...VAULT, auth: { method: "kubernetes", role: "spire" } },
            egress: DATABASE_EGRESS,
        },
    },
    "machines of three clouds": {
        server: {
            nodeAttestors: [
                {
                    type: "awsIid",
                    assumeRole: "look-up",
                    organization: { managementAccount: "123456789012", role: "organization" },
                },
                { type: "gcpIit", projects: ["acme-prod"], labelKeys: ["role"] },
                {
                    type: "azureImds",
                    tenants: { "a.onmicrosoft.com": { subscriptions: ["11111111-2222-3333-4444-555555555555"] } },
                },
            ],
            egress: DATABASE_EGRESS,
        },
    },
    "a CA pool of Google Cloud upstream": {
        server: {
            upstreamAuthority: {
                type: "gcpCas",
                project: "acme-prod",
                region: "europe-west1",
                pool: "spire",
                labelKey: "use",
                labelValue: "spire",
            },
            egress: DATABASE_EGRESS,
        },
    },
    "AWS KMS for keys": {
        server: {
            keyManager: { type: "awsKms", region: "eu-north-1", tags: { a: "1", b: "2" } },
            egress: DATABASE_EGRESS,
        },
    },
};

const AGENTS: Readonly<Record<string, Raw>> = {
    "the smallest settings": {},
    "every optional key": {
        server: { caTtl: "240h", x509SvidTtl: "40h" },
        agent: {
            kubelet: { verify: "hostCertificate", address: "nodeName" },
            availabilityTarget: "24h",
            rebootstrapMode: "auto",
            maxSvidCacheSize: 50,
            sigstore: { allowedIdentities: { "https://a.io": ["x"], "https://b.io": ["y"] }, skippedImages: ["pause"] },
        },
    },
};

describe("SPIRE's own validation of the configuration", () => {
    let directory: string;

    before(() => {
        directory = mkdtempSync(join(tmpdir(), "spire-config-"));
    });
    after(() => {
        rmSync(directory, { recursive: true, force: true });
    });

    /** Output of `<binary> validate`; the exit code must be 0. */
    function validate(binary: string, config: object, ...flags: readonly string[]): void {
        const file = join(directory, "spire.conf");
        // Key services write their identifier while they are validated, and only the container has the real directory.
        writeFileSync(file, render(config).replaceAll(SERVER_PATHS.data, directory));
        const { status, stdout, stderr } = spawnSync(binary, ["validate", "-config", file, ...flags], {
            encoding: "utf8",
            timeout: 30_000,
            env: { SPIRE_DATABASE_PASSWORD: "p@ss/word" },
        });
        assert.equal(status, 0, `${stdout}${stderr}`);
    }

    for (const [title, over] of Object.entries(SERVERS)) {
        const binary = findBinary("spire-server");
        it(`spire-server accepts ${title}${binary === undefined ? " (skipped: no spire-server on PATH)" : ""}`, function () {
            if (binary === undefined) {
                this.skip();
            }
            validate(binary, serverConf(spireOf(over)), "-expandEnv");
        });
    }

    for (const [title, over] of Object.entries(AGENTS)) {
        const binary = findBinary("spire-agent");
        it(`spire-agent accepts ${title}${binary === undefined ? " (skipped: no spire-agent on PATH)" : ""}`, function () {
            if (binary === undefined) {
                this.skip();
            }
            validate(binary, agentConf(spireOf(over)));
        });
    }
});
