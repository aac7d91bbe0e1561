import { optionalArea } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { NAMESPACE } from "../spire/layout";
import type { SpireSettings } from "../spire/model";
import { Backup } from "./backup";
import type { BackupSettings } from "./settings";
import { backupSettings } from "./settings";
import { backupFaults, backupFlows } from "./specs";

export interface BackupConfig {
    readonly backup: BackupSettings;
    readonly cluster: ClusterSettings;
    readonly spire: SpireSettings;
}

export const backupArea = optionalArea({
    key: "backup",
    description:
        "Backups of SPIRE's data store, keys and bundle into a store of yours; their image is images.overrides.backup, with its digest",
    settings: backupSettings,
    faults: ({ backup, spire }: BackupConfig, path, { images }) => [
        ...backupFaults(backup, spire).map((fault) => `${path}.${fault}`),
        ...images.faults(["backup"]),
    ],
    images: (): Readonly<Record<string, readonly ["backup"]>> => ({ [NAMESPACE]: ["backup"] }),
    flows: ({ backup, cluster }: BackupConfig) => backupFlows(backup, cluster),
    after: ["spire"],
    once: true,
    deploy: ({ backup: settings, cluster, spire }: BackupConfig, stage) => {
        const args = { cluster, images: stage.foundation.images, settings, spire };
        return { resources: [new Backup("backup", args, stage.options())] };
    },
});
