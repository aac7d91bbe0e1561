import assert from "node:assert/strict";

import { load } from "js-yaml";

import { auditFlags, auditPolicy } from "../../../components/control-plane/audit-policy";
import type { AuditRule } from "../../../components/control-plane/audit-policy";
import { ControlPlaneFiles } from "../../../components/control-plane/control-plane";
import { encryptionConfiguration } from "../../../components/control-plane/encryption";
import type { ControlPlaneSettings } from "../../../components/control-plane/settings";
import { controlPlaneSettings } from "../../../components/control-plane/settings";
import { deploy, refusalOf } from "../../support/deploy";

function read(raw: object = {}): { settings: ControlPlaneSettings; faults: readonly string[] } {
    const faults: string[] = [];
    return { settings: controlPlaneSettings.read(raw, "controlPlane", faults), faults };
}

const KMS = { provider: "kms", name: "vault", endpoint: "unix:///run/kms/vault.sock" };

/** The level at which the policy keeps a request, by its first rule that matches. */
function levelOf(request: { user?: string; group?: string; verb: string; apiGroup: string; resource: string }): string {
    const rules = auditPolicy()["rules"] as readonly AuditRule[];
    const found = rules.find(
        ({ users, userGroups, verbs, resources, nonResourceURLs }) =>
            (users === undefined || users.includes(request.user ?? "")) &&
            (userGroups === undefined || userGroups.includes(request.group ?? "")) &&
            (verbs === undefined || verbs.includes(request.verb)) &&
            nonResourceURLs === undefined &&
            (resources === undefined ||
                resources.some(
                    (entry) =>
                        entry.group === request.apiGroup &&
                        (entry.resources === undefined || entry.resources.includes(request.resource)),
                )),
    );
    return found?.level ?? "None";
}

describe("the audit policy", () => {
    const cases: readonly [string, Parameters<typeof levelOf>[0], string][] = [
        [
            "a Secret that is written, without its body",
            { verb: "create", apiGroup: "", resource: "secrets" },
            "Metadata",
        ],
        [
            "a Secret that a node reads",
            { group: "system:nodes", verb: "get", apiGroup: "", resource: "secrets" },
            "Metadata",
        ],
        ["a token that is asked for", { verb: "create", apiGroup: "", resource: "serviceaccounts/token" }, "Metadata"],
        [
            "a token that is reviewed",
            { verb: "create", apiGroup: "authentication.k8s.io", resource: "tokenreviews" },
            "Metadata",
        ],
        ["a shell in a pod", { verb: "create", apiGroup: "", resource: "pods/exec" }, "Metadata"],
        [
            "a role that is changed, with what was asked and answered",
            { verb: "patch", apiGroup: "rbac.authorization.k8s.io", resource: "roles" },
            "RequestResponse",
        ],
        [
            "a registration entry that is made",
            { verb: "create", apiGroup: "spire.spiffe.io", resource: "clusterspiffeids" },
            "RequestResponse",
        ],
        ["a Deployment that is changed", { verb: "update", apiGroup: "apps", resource: "deployments" }, "Request"],
        ["a pod that is read", { verb: "get", apiGroup: "", resource: "pods" }, "Metadata"],
        ["no read of a node agent", { group: "system:nodes", verb: "list", apiGroup: "", resource: "pods" }, "None"],
        ["no renewal of a lease", { verb: "update", apiGroup: "coordination.k8s.io", resource: "leases" }, "None"],
    ];
    for (const [title, request, level] of cases) {
        it(`keeps ${title}`, () => {
            assert.equal(levelOf(request), level);
        });
    }

    it("is kept for as long as the settings say", () => {
        assert.deepEqual(auditFlags(read({ audit: { maxAgeDays: 400 } }).settings.audit), [
            "--audit-policy-file=/etc/kubernetes/audit-policy.yaml",
            "--audit-log-path=/var/log/kubernetes/audit/audit.log",
            "--audit-log-format=json",
            "--audit-log-maxage=400",
            "--audit-log-maxbackup=100",
            "--audit-log-maxsize=100",
        ]);
    });
});

describe("the encryption configuration", () => {
    const resources = ["secrets", "configmaps", "externalsecrets.external-secrets.io"];

    it("writes with the first key, reads with both, and reads what was written before encryption", () => {
        const { encryption } = read({ encryption: { provider: "secretbox", keys: ["new", "old"] } }).settings;
        assert.deepEqual(encryptionConfiguration(encryption, { new: "TmV3", old: "T2xk" }), {
            apiVersion: "apiserver.config.k8s.io/v1",
            kind: "EncryptionConfiguration",
            resources: [
                {
                    resources,
                    providers: [
                        {
                            secretbox: {
                                keys: [
                                    { name: "new", secret: "TmV3" },
                                    { name: "old", secret: "T2xk" },
                                ],
                            },
                        },
                        { identity: {} },
                    ],
                },
            ],
        });
    });

    it("leaves the keys to a key service where there is one", () => {
        const { encryption } = read({ encryption: KMS }).settings;
        assert.deepEqual(encryptionConfiguration(encryption).resources[0]?.providers, [
            { kms: { apiVersion: "v2", name: "vault", endpoint: "unix:///run/kms/vault.sock", timeout: "3s" } },
            { identity: {} },
        ]);
    });
});

describe("ControlPlaneFiles", () => {
    it("makes a random key for each name, and shows none of them in the cluster", async () => {
        const { settings } = read({ encryption: { provider: "secretbox", keys: ["new", "old"] } });
        const deployed = await deploy(() => new ControlPlaneFiles("files", { settings }));
        assert.deepEqual(
            deployed.list().filter(([type]) => !type.startsWith("x0tta6bl4:")),
            [
                ["kubernetes:core/v1:ConfigMap", "files-files"],
                ["random:index/randomBytes:RandomBytes", "files-new"],
                ["random:index/randomBytes:RandomBytes", "files-old"],
            ],
        );
        const { data } = deployed.inputs("kubernetes:core/v1:ConfigMap", "files-files") as {
            data: Record<string, string>;
        };
        assert.deepEqual(Object.keys(data), ["api-server-flags", "audit-policy.yaml", "encryption.yaml"]);
        assert.deepEqual(load(data["encryption.yaml"] ?? ""), encryptionConfiguration(settings.encryption));
        assert.doesNotMatch(data["encryption.yaml"] ?? "", /secret:/);
    });

    it("hands the configuration out as a secret", async () => {
        let secret: boolean | undefined;
        await deploy(async () => {
            const files = new ControlPlaneFiles("files", { settings: read().settings });
            secret = await (files.encryptionConfiguration as unknown as { isSecret: Promise<boolean> }).isSecret;
        });
        assert.equal(secret, true);
    });

    it("makes no key where a key service has them", async () => {
        const { settings } = read({ encryption: KMS });
        const deployed = await deploy(() => new ControlPlaneFiles("files", { settings }));
        assert.deepEqual(
            deployed.list().filter(([type]) => type.startsWith("random:")),
            [],
        );
    });

    it("is refused with a key named twice and with two rotations at once", async () => {
        const { settings } = read({ encryption: { provider: "secretbox", keys: ["a", "b", "a"] } });
        assert.equal(
            await refusalOf(() => new ControlPlaneFiles("files", { settings })),
            [
                "files:",
                '  encryption.keys names "a" twice',
                "  encryption.keys has 3 keys; finish one rotation before the next: at most two, new and old",
            ].join("\n"),
        );
    });

    const refused: readonly [string, object, string][] = [
        [
            "no encryption",
            { encryption: { provider: "identity" } },
            'controlPlane.encryption.provider must be one of kms, secretbox, found "identity"',
        ],
        [
            "no key",
            { encryption: { provider: "secretbox", keys: [] } },
            "controlPlane.encryption.keys must be a list of at least 1, found an empty list",
        ],
        [
            "a key service over the network",
            { encryption: { ...KMS, endpoint: "tcp://10.0.0.1:1" } },
            'controlPlane.encryption.endpoint must be a Unix socket, unix:///…, found "tcp://10.0.0.1:1"',
        ],
        [
            "a log that is kept for a week",
            { audit: { maxAgeDays: 7 } },
            "controlPlane.audit.maxAgeDays must be a whole number from 30 to 3650, found 7",
        ],
    ];
    for (const [title, raw, message] of refused) {
        it(`is refused with ${title}`, () => {
            assert.deepEqual(read(raw).faults, [message]);
        });
    }
});
