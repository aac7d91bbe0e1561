import assert from "node:assert/strict";

import { Backup } from "../../../components/backup/backup";
import { backupSettings, type BackupSettings } from "../../../components/backup/settings";
import { backupFaults, backupFlows, serverBackups } from "../../../components/backup/specs";
import { Images, imageSettings } from "../../../components/images";
import { podSecurity } from "../../../components/hardened";
import { policySpecs } from "../../../components/network/flows";
import { deploy, refusalOf } from "../../support/deploy";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const DIGEST = `sha256:${"b".repeat(64)}`;
const images = new Images(imageSettings.read({ overrides: { backup: { digest: DIGEST } } }, "images", []));
const EGRESS = [{ name: "store", cidrs: ["10.8.0.0/28"], ports: [443] }];

function settings(over: object = {}): BackupSettings {
    const faults: string[] = [];
    const read = backupSettings.read({ egress: EGRESS, ...over }, "backup", faults);
    assert.deepEqual(faults, []);
    return read;
}

const HA = spireOf({
    server: {
        replicas: 2,
        dataStore: POSTGRES,
        egress: DATABASE_EGRESS,
        keyManager: { type: "awsKms", region: "eu-central-1" },
    },
});
const ARGS = { cluster: SURROUNDINGS.cluster, images, settings: settings(), spire: spireOf() };
const CRON_JOB = "kubernetes:batch/v1:CronJob";

interface CronJob {
    readonly metadata: { readonly name: string };
    readonly spec: {
        readonly suspend?: boolean;
        readonly jobTemplate: {
            readonly spec: {
                readonly activeDeadlineSeconds: number;
                readonly template: {
                    readonly spec: {
                        readonly serviceAccountName: string;
                        readonly automountServiceAccountToken: boolean;
                        readonly affinity?: object;
                        readonly securityContext: object;
                        readonly containers: readonly [
                            {
                                readonly command: readonly string[];
                                readonly env: readonly { readonly name: string; readonly value: string }[];
                                readonly securityContext: object;
                                readonly volumeMounts: readonly {
                                    readonly name: string;
                                    readonly mountPath: string;
                                    readonly readOnly?: boolean;
                                }[];
                            },
                        ];
                        readonly volumes: readonly object[];
                    };
                };
            };
        };
    };
}

async function jobs(over: Partial<typeof ARGS> = {}): Promise<ReadonlyMap<string, CronJob>> {
    const deployed = await deploy(() => new Backup("backup", { ...ARGS, ...over }));
    return new Map(
        deployed
            .list()
            .filter(([type]) => type === CRON_JOB)
            .map(([type, name]) => deployed.inputs(type, name) as unknown as CronJob)
            .map((job) => [job.metadata.name, job]),
    );
}

function podOf(job: CronJob | undefined) {
    assert.ok(job);
    return job.spec.jobTemplate.spec.template.spec;
}

const variables = (job: CronJob | undefined) =>
    Object.fromEntries(podOf(job).containers[0].env.map(({ name, value }) => [name, value]));

const dataMount = (job: CronJob | undefined) =>
    podOf(job).containers[0].volumeMounts.find(({ mountPath }) => mountPath === "/data");

describe("Backup", () => {
    it("is flows, an account, the scripts, and two jobs for a server", async () => {
        const deployed = await deploy(() => new Backup("backup", ARGS));
        assert.deepEqual(
            deployed.list().map((entry) => entry.join(" ")),
            [
                "kubernetes:batch/v1:CronJob backup-backup-0",
                "kubernetes:batch/v1:CronJob backup-restore-0",
                "kubernetes:core/v1:ConfigMap backup-scripts",
                "kubernetes:core/v1:ServiceAccount backup-account",
                "kubernetes:networking.k8s.io/v1:NetworkPolicy backup-network-spire-spire-backup-dns-egress",
                "kubernetes:networking.k8s.io/v1:NetworkPolicy backup-network-spire-spire-backup-store-egress",
                "x0tta6bl4:backup:Backup backup",
                "x0tta6bl4:network:AllowedFlows backup-network",
            ],
        );
    });

    it("has no token, no capability and no root, and writes to nothing but scratch and SQLite's folder", async () => {
        const pod = podOf((await jobs()).get("backup-spire-server-0"));
        const [container] = pod.containers;
        assert.equal(pod.automountServiceAccountToken, false);
        assert.deepEqual(pod.securityContext, podSecurity());
        assert.deepEqual(container.securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
        assert.deepEqual(
            container.volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath),
            ["/work", "/tmp", "/data"],
        );
    });

    it("runs beside its server, whose claim no other node can mount; a restoration runs where no server does", async () => {
        const made = await jobs();
        assert.deepEqual(podOf(made.get("backup-spire-server-0")).affinity, {
            podAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                    {
                        topologyKey: "kubernetes.io/hostname",
                        labelSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": "spire-server-0" } },
                    },
                ],
            },
        });
        const restore = made.get("restore-spire-server-0");
        assert.equal(restore?.spec.suspend, true);
        assert.equal(podOf(restore).affinity, undefined);
        assert.deepEqual(podOf(restore).containers[0].command, ["/bin/sh", "/scripts/restore.sh"]);
    });

    it("dumps a database once, and of every server what it finds its keys by", async () => {
        const made = await jobs({ spire: HA });
        assert.deepEqual([...made.keys()].sort(), [
            "backup-spire-server-0",
            "backup-spire-server-1",
            "restore-spire-server-0",
            "restore-spire-server-1",
        ]);
        const [first, second] = [made.get("backup-spire-server-0"), made.get("backup-spire-server-1")];
        assert.deepEqual(
            [first, second].map((job) => [variables(job)["DATABASE"], variables(job)["FILES"], variables(job)["HOST"]]),
            [
                ["postgres", "key-identifier", "spire-server-0"],
                ["none", "key-identifier", "spire-server-1"],
            ],
        );
        assert.equal(variables(first)["PGSSLMODE"], "verify-full");
        assert.equal(variables(second)["PGHOST"], undefined);
        // With the database elsewhere the volume is only read.
        assert.equal(dataMount(first)?.readOnly, true);
        assert.equal(dataMount(made.get("restore-spire-server-0"))?.readOnly, undefined);
    });

    it("has no server's volume to read where keys are in memory", () => {
        const upstream = { type: "certManager", issuer: "root" };
        const spire = spireOf({ server: { keyManager: { type: "memory" }, upstreamAuthority: upstream } });
        assert.deepEqual(serverBackups(spire, settings()), [{ ordinal: 0, database: "sqlite", files: [] }]);
    });

    it("keeps no credential: they come from the Secret, as files", async () => {
        const made = await jobs({ settings: settings({ store: { type: "s3", region: "eu-central-1" } }) });
        const found = variables(made.get("backup-spire-server-0"));
        assert.equal(found["AWS_SHARED_CREDENTIALS_FILE"], "/run/backup/secret/credentials");
        assert.equal(found["RESTIC_PASSWORD_FILE"], "/run/backup/secret/password");
        assert.equal(found["RESTIC_REPOSITORY_FILE"], "/run/backup/secret/repository");
        assert.equal(found["KEEP"], "--keep-hourly 24 --keep-daily 14 --keep-weekly 8 --keep-monthly 6");
    });

    it("reaches name resolution and the addresses named, and nothing else", () => {
        const policies = policySpecs(backupFlows(settings(), SURROUNDINGS.cluster));
        assert.deepEqual(
            policies.map(({ namespace, name, spec }) => [namespace, name, spec.policyTypes]),
            [
                ["spire", "spire-backup-dns-egress", ["Egress"]],
                ["spire", "spire-backup-store-egress", ["Egress"]],
            ],
        );
        assert.deepEqual(policies[1]?.spec.egress, [
            { to: [{ ipBlock: { cidr: "10.8.0.0/28" } }], ports: [{ protocol: "TCP", port: 443 }] },
        ]);
    });

    it("is refused without a digest, without a snapshot kept, and for a database that it can't dump", async () => {
        const none = { hourly: 0, daily: 0, weekly: 0, monthly: 0 };
        const spire = spireOf({
            server: { dataStore: { ...POSTGRES, type: "mysql" }, egress: DATABASE_EGRESS },
        });
        const args = { ...ARGS, images: new Images(), settings: settings({ keep: none }), spire };
        assert.equal(
            await refusalOf(() => new Backup("backup", args)),
            [
                "backup:",
                "  database is true, but a data store mysql is backed up by whoever runs it; set it to false",
                "  keep is 0 of everything; each snapshot would be removed as soon as it is made",
                "  x0tta6bl4:images.overrides.backup.digest is missing: no digest is known for localhost:5001/x0tta6bl4-backup:0.1.0; look it up and pin it",
            ].join("\n"),
        );
        assert.deepEqual(backupFaults(settings({ database: false }), spire), []);
    });

    it("refuses a schedule that is none, and a store without an address", () => {
        const faults: string[] = [];
        backupSettings.read({ schedule: "@hourly", egress: [] }, "backup", faults);
        assert.deepEqual(faults, [
            "backup.schedule must be a cron schedule such as 17 * * * *, found a text of 7 characters",
            "backup.egress must be a list of at least 1, found an empty list",
        ]);
    });
});
