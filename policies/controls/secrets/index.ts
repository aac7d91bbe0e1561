import type { Control } from "../../engine/control";
import { backupsLeaveTheCluster } from "./backups-leave-the-cluster";
import { certificatesAreShortLived } from "./certificates-are-short-lived";
import { certificatesNameOneHost } from "./certificates-name-one-host";
import { configIsImmutable } from "./config-is-immutable";
import { dataMountsReviewed } from "./data-mounts-reviewed";
import { noCredentialsInArguments } from "./no-credentials-in-arguments";
import { noCredentialsInConfigmaps } from "./no-credentials-in-configmaps";
import { noCredentialsInObjects } from "./no-credentials-in-objects";
import { noCredentialsInEnv } from "./no-credentials-in-env";
import { noLiteralSecrets } from "./no-literal-secrets";
import { noPersonalDataInConfigmaps } from "./no-personal-data-in-configmaps";
import { noSecretsInEnv } from "./no-secrets-in-env";
import { noSystemSecretsInPods } from "./no-system-secrets-in-pods";
import { volumesEncrypted } from "./volumes-encrypted";

/** How secrets and data are kept, in reading order. */
export const secretsControls: readonly Control[] = [
    noCredentialsInEnv,
    noCredentialsInArguments,
    noCredentialsInConfigmaps,
    noCredentialsInObjects,
    noPersonalDataInConfigmaps,
    noLiteralSecrets,
    noSecretsInEnv,
    noSystemSecretsInPods,
    dataMountsReviewed,
    configIsImmutable,
    volumesEncrypted,
    certificatesAreShortLived,
    certificatesNameOneHost,
    backupsLeaveTheCluster,
];
