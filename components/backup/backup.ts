import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSettings } from "../cluster/settings";
import { serviceLabels } from "../deployment";
import type { Images } from "../images";
import { AllowedFlows } from "../network/network";
import { refuse } from "../refuse";
import { NAMESPACE, SERVER } from "../spire/layout";
import type { SpireSettings } from "../spire/model";
import { checksum } from "../spire/pods";
import type { BackupSettings } from "./settings";
import { BACKUP, backupFaults, backupFlows, backupSpec, restoreSpec, scripts, serverBackups } from "./specs";

export interface BackupArgs {
    readonly cluster: ClusterSettings;
    readonly images: Images;
    readonly settings: BackupSettings;
    readonly spire: SpireSettings;
}

/**
 * Backups of what SPIRE can't do without, encrypted into a store of the user's, and the jobs that restore them: the data store, of
 * each server the keys on its volume or the name it finds them by in a key service, and the bundle.
 *
 * Guarantees: the pods satisfy `restricted`, have no right at the API server and reach the addresses named only; of a server nothing
 * but its own volume is mounted, and read-only unless SQLite or a restoration has to write.
 *
 * Creates, in the namespace `spire`: flows, ServiceAccount, ConfigMap and, for each server that has something to keep, a CronJob and
 * a suspended one from which a restoration is made.
 */
export class Backup extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:backup:Backup";

    constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Backup.__pulumiType, name, args, opts);
        const { cluster, images, settings, spire } = args;
        refuse(this, name, [...backupFaults(settings, spire), ...images.faults(["backup"])]);
        const own = { parent: this };
        const labels = serviceLabels(BACKUP, images.tag("backup"));
        const metadata = { name: BACKUP, namespace: NAMESPACE, labels };
        const data = scripts();

        const flows = new AllowedFlows(`${name}-network`, { flows: backupFlows(settings, cluster) }, own);
        const account = new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            {
                metadata: { ...metadata, annotations: settings.serviceAccountAnnotations },
                automountServiceAccountToken: false,
            },
            own,
        );
        const config = new k8s.core.v1.ConfigMap(`${name}-scripts`, { metadata, data }, own);
        const jobArgs = {
            settings,
            spire,
            image: images.ref("backup"),
            labels,
            annotations: checksum(...Object.values(data)),
        };
        for (const backup of serverBackups(spire, settings)) {
            const server = `${SERVER}-${backup.ordinal}`;
            for (const [action, spec] of [
                ["backup", backupSpec(backup, jobArgs)],
                ["restore", restoreSpec(backup, jobArgs)],
            ] as const) {
                new k8s.batch.v1.CronJob(
                    `${name}-${action}-${backup.ordinal}`,
                    { metadata: { ...metadata, name: `${action}-${server}` }, spec },
                    { ...own, dependsOn: [flows, account, config] },
                );
            }
        }
        this.registerOutputs({});
    }
}
