import type { Read } from "../../policies/engine/schema";
import { boolean, integer, listOf, mapOf, object, text, union, withDefault } from "../../policies/engine/schema";
import { cidr, cronSchedule, dnsLabel, port, quantity } from "../../policies/engine/values";

const kept = (most: number, ordinarily: number) => withDefault(integer(0, most), ordinarily);

/** The stack's settings for backups of SPIRE: where they go, how often they are made and how long they are kept. */
export const backupSettings = object({
    schedule: withDefault(cronSchedule, "17 * * * *"),
    /** Secret of SPIRE's namespace with `repository`, `password` and, by the store, `credentials`; all as restic reads them. */
    secret: withDefault(dnsLabel, "spire-backup"),
    /** How the store is logged in to. */
    store: withDefault(
        union("type", {
            /** By the repository's address alone, e.g. restic's REST server. */
            address: {},
            /** By a file of credentials of AWS, as S3-compatible stores take them. */
            s3: { region: text("a region such as eu-central-1", /^[a-z0-9-]{1,64}$/) },
            /** By a key of a Google service account. */
            gcs: { project: text("the ID of a project", /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/) },
        }),
        { type: "address" },
    ),
    /** Addresses outside of the cluster: the store, and the database where it is backed up too. */
    egress: listOf(object({ name: dnsLabel, cidrs: listOf(cidr, 1), ports: listOf(port, 1) }), 1),
    /** Backs up the data store too; false where whoever runs the database does. */
    database: withDefault(boolean(), true),
    /** How many snapshots are kept: the last one of so many hours, days, weeks and months. */
    keep: withDefault(
        object({ hourly: kept(1000, 24), daily: kept(1000, 14), weekly: kept(500, 8), monthly: kept(200, 6) }),
        {},
    ),
    /** Minutes until one backup or restoration is given up. */
    minutes: withDefault(integer(1, 720), 30),
    /** Annotations of the ServiceAccount, by which a cloud gives it a role. */
    serviceAccountAnnotations: withDefault(mapOf(text()), {}),
    cpu: withDefault(quantity, "500m"),
    memory: withDefault(quantity, "512Mi"),
    /** Room for a dump of the database. */
    scratch: withDefault(quantity, "1Gi"),
});

export type BackupSettings = Read<typeof backupSettings>;
