import { readFileSync } from "node:fs";
import { join } from "node:path";

import type * as k8s from "@pulumi/kubernetes";

import type { ClusterSettings } from "../cluster/settings";
import { resourcesOf, serviceSelector } from "../deployment";
import { pulled } from "../images/pull";
import type { Flow, Peer } from "../network/flows";
import { dnsFlow } from "../network/standard";
import { BUNDLE, NAMESPACE, SERVER } from "../spire/layout";
import type { SpireSettings } from "../spire/model";
import { scratch } from "../spire/pods";
import { DATA_CLAIM } from "../spire/server-pod";
import { containerSecurity, podSecurity } from "../workload";
import type { BackupSettings } from "./settings";

type CronJobSpec = k8s.types.input.batch.v1.CronJobSpec;
type EnvVar = k8s.types.input.core.v1.EnvVar;
type Volume = k8s.types.input.core.v1.Volume;

/** Name of the account, of the scripts' ConfigMap, and of what the pods are called. */
export const BACKUP = "spire-backup";

/** The scripts that run in the pods, by name. */
export function scripts(): Readonly<Record<string, string>> {
    const names = ["backup.sh", "database.sh", "restore.sh"];
    return Object.fromEntries(
        names.map((name) => [name, readFileSync(join(__dirname, "scripts", name), "utf8")] as const),
    );
}

/** What of one server is backed up. */
export interface ServerBackup {
    readonly ordinal: number;
    readonly database: "sqlite" | "postgres" | "none";
    /** Files of its volume. */
    readonly files: readonly string[];
}

/** What is backed up: the data store once, and of each server the keys that are nowhere else, or what it finds them by. */
export function serverBackups({ server }: SpireSettings, { database }: BackupSettings): readonly ServerBackup[] {
    const { dataStore, keyManager, replicas } = server;
    const store = dataStore.type === "sqlite" || dataStore.type === "postgres" ? dataStore.type : "none";
    const files = keyManager.type === "memory" ? [] : [keyManager.type === "disk" ? "keys.json" : "key-identifier"];
    return Array.from({ length: files.length === 0 ? 1 : replicas }, (_, ordinal) => ({
        ordinal,
        database: ordinal === 0 && database ? store : "none",
        files,
    }));
}

/** What is wrong with the settings; one line each. */
export function backupFaults({ database, keep }: BackupSettings, { server }: SpireSettings): readonly string[] {
    const { type } = server.dataStore;
    return [
        ...(database && type !== "sqlite" && type !== "postgres"
            ? [`database is true, but a data store ${type} is backed up by whoever runs it; set it to false`]
            : []),
        ...(Object.values(keep).every((count) => count === 0)
            ? ["keep is 0 of everything; each snapshot would be removed as soon as it is made"]
            : []),
    ];
}

const pods: Extract<Peer, { kind: "pods" }> = {
    kind: "pods",
    namespace: NAMESPACE,
    labels: serviceSelector(BACKUP),
};

/** What the pods connect to. */
export function backupFlows({ egress }: BackupSettings, cluster: ClusterSettings): readonly Flow[] {
    return [
        dnsFlow(pods, cluster, `${BACKUP}-dns`),
        ...egress.map(({ name, cidrs, ports }): Flow => ({
            name: `${BACKUP}-${name}`,
            reason: "Backups of SPIRE are taken from a database, and kept in a store, outside of the cluster.",
            from: pods,
            to: { kind: "addresses", cidrs },
            ports: ports.map((port) => ({ port })),
        })),
    ];
}

/** What a job is made from. */
export interface JobArgs {
    readonly settings: BackupSettings;
    readonly spire: SpireSettings;
    readonly image: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Changes with the scripts, so that each job runs those that were deployed with it. */
    readonly annotations: Readonly<Record<string, string>>;
}

const SECRET_DIR = "/run/backup/secret";
const DATABASE_DIR = "/run/backup/database";
const PASSWORD_DIR = "/run/backup/password";
/** A day that never comes: the job is made by hand. */
const NEVER = "0 0 31 2 *";

/** `spec` of the CronJob that backs a server up. */
export function backupSpec(backup: ServerBackup, args: JobArgs): CronJobSpec {
    return {
        schedule: args.settings.schedule,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 600,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: { spec: jobSpec("backup.sh", backup, args) },
    };
}

/** `spec` of the suspended CronJob that restorations are made from: `kubectl create job --from`. */
export function restoreSpec(backup: ServerBackup, args: JobArgs): CronJobSpec {
    return {
        schedule: NEVER,
        suspend: true,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 600,
        jobTemplate: { spec: jobSpec("restore.sh", backup, args) },
    };
}

function jobSpec(
    script: "backup.sh" | "restore.sh",
    backup: ServerBackup,
    { settings, spire, image, labels, annotations }: JobArgs,
): k8s.types.input.batch.v1.JobSpec {
    const restores = script === "restore.sh";
    const data = { name: "data", mountPath: "/data" };
    // SQLite opens its log for writing even to read.
    const written = restores || backup.database === "sqlite";
    return {
        backoffLimit: restores ? 0 : 1,
        activeDeadlineSeconds: settings.minutes * 60,
        ttlSecondsAfterFinished: restores ? 86_400 : undefined,
        template: {
            metadata: { labels, annotations },
            spec: {
                serviceAccountName: BACKUP,
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                restartPolicy: "Never",
                securityContext: podSecurity(),
                // A claim of one node is mounted beside the server only. While it is restored, no server runs.
                ...(restores ? {} : { affinity: besideServer(backup.ordinal) }),
                containers: [
                    {
                        name: BACKUP,
                        ...pulled(image),
                        command: ["/bin/sh", `/scripts/${script}`],
                        env: environment(backup, settings, spire),
                        securityContext: containerSecurity(),
                        resources: jobResources(settings),
                        volumeMounts: [
                            { name: "scripts", mountPath: "/scripts", readOnly: true },
                            { name: "work", mountPath: "/work" },
                            { name: "tmp", mountPath: "/tmp" },
                            { name: "bundle", mountPath: "/bundle", readOnly: true },
                            { name: "secret", mountPath: SECRET_DIR, readOnly: true },
                            written ? data : { ...data, readOnly: true },
                            ...databaseVolumes(backup, spire).map(({ name, mountPath }) => ({
                                name,
                                mountPath,
                                readOnly: true,
                            })),
                        ],
                    },
                ],
                volumes: [
                    { name: "scripts", configMap: { name: BACKUP, defaultMode: 0o440 } },
                    scratch("work", settings.scratch),
                    scratch("tmp", "256Mi"),
                    { name: "bundle", configMap: { name: BUNDLE } },
                    { name: "secret", secret: { secretName: settings.secret, defaultMode: 0o440 } },
                    {
                        name: "data",
                        persistentVolumeClaim: { claimName: `${DATA_CLAIM}-${SERVER}-${backup.ordinal}` },
                    },
                    ...databaseVolumes(backup, spire).map(({ volume }) => volume),
                ],
            },
        },
    };
}

/** What a dump needs is on the pod's disk, not in memory. */
function jobResources({ cpu, memory, scratch: room }: BackupSettings): k8s.types.input.core.v1.ResourceRequirements {
    const { requests, limits } = resourcesOf(cpu, memory);
    return { requests, limits: { ...limits, "ephemeral-storage": room } };
}

function besideServer(ordinal: number): k8s.types.input.core.v1.Affinity {
    return {
        podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
                {
                    topologyKey: "kubernetes.io/hostname",
                    labelSelector: {
                        matchLabels: { "statefulset.kubernetes.io/pod-name": `${SERVER}-${ordinal}` },
                    },
                },
            ],
        },
    };
}

function environment(
    { ordinal, database, files }: ServerBackup,
    { store, keep }: BackupSettings,
    { server }: SpireSettings,
): EnvVar[] {
    const credentials = `${SECRET_DIR}/credentials`;
    const stores: Readonly<Record<string, string>> =
        store.type === "s3"
            ? { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_DEFAULT_REGION: store.region }
            : store.type === "gcs"
              ? { GOOGLE_APPLICATION_CREDENTIALS: credentials, GOOGLE_PROJECT_ID: store.project }
              : {};
    const { dataStore } = server;
    const connection: Readonly<Record<string, string>> =
        database === "postgres" && dataStore.type === "postgres"
            ? {
                  PGHOST: dataStore.host,
                  PGPORT: String(dataStore.port),
                  PGDATABASE: dataStore.database,
                  PGUSER: dataStore.user,
                  PGSSLMODE: "verify-full",
                  PGSSLROOTCERT: `${DATABASE_DIR}/ca.crt`,
                  PASSWORD_FILE: `${PASSWORD_DIR}/password`,
              }
            : {};
    const all = {
        DATABASE: database,
        FILES: files.join(" "),
        HOST: `${SERVER}-${ordinal}`,
        KEEP: Object.entries(keep)
            .filter(([, count]) => count > 0)
            .map(([name, count]) => `--keep-${name} ${count}`)
            .join(" "),
        HOME: "/tmp",
        RESTIC_CACHE_DIR: "/tmp/restic",
        RESTIC_PASSWORD_FILE: `${SECRET_DIR}/password`,
        RESTIC_REPOSITORY_FILE: `${SECRET_DIR}/repository`,
        ...stores,
        ...connection,
    };
    return Object.entries(all).map(([name, value]) => ({ name, value }));
}

function databaseVolumes(
    { database }: ServerBackup,
    { server: { dataStore } }: SpireSettings,
): readonly { readonly name: string; readonly mountPath: string; readonly volume: Volume }[] {
    if (database !== "postgres" || dataStore.type !== "postgres") {
        return [];
    }
    const { password, trustAnchor } = dataStore;
    const items = [{ key: trustAnchor.key, path: "ca.crt" }];
    const defaultMode = 0o440;
    return [
        {
            name: "database-anchor",
            mountPath: DATABASE_DIR,
            volume: {
                name: "database-anchor",
                ...("secret" in trustAnchor
                    ? { secret: { secretName: trustAnchor.secret, defaultMode, items } }
                    : { configMap: { name: trustAnchor.configMap, defaultMode, items } }),
            },
        },
        {
            name: "database-password",
            mountPath: PASSWORD_DIR,
            volume: {
                name: "database-password",
                secret: {
                    secretName: password.secret,
                    defaultMode,
                    items: [{ key: password.key, path: "password" }],
                },
            },
        },
    ];
}
