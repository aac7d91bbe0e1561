import type { Read } from "../../policies/engine/schema";
import { integer, listOf, object, text, union, withDefault } from "../../policies/engine/schema";
import { dnsLabel, duration } from "../../policies/engine/values";

/** How the API server encrypts what it stores. */
const encryptionSettings = withDefault(
    union("provider", {
        /** A key service through the cluster's KMS plugin, API version 2: the keys never leave it. */
        kms: {
            name: dnsLabel,
            endpoint: text("a Unix socket, unix:///…", /^unix:\/\/\/\S+$/),
            timeout: withDefault(duration, "3s"),
        },
        /** Keys made by this program: 32 random bytes each, XSalsa20 and Poly1305. The first writes, all read. */
        secretbox: { keys: listOf(dnsLabel, 1) },
    }),
    { provider: "secretbox", keys: ["key-1"] },
);

export type EncryptionSettings = Read<typeof encryptionSettings>;

/** How long the API server keeps its audit log. */
const auditSettings = withDefault(
    object({
        /** Days after which a file may be deleted on the node; the archive keeps it for longer. */
        maxAgeDays: withDefault(integer(30, 3650), 365),
        maxBackups: withDefault(integer(10, 10_000), 100),
        maxSizeMegabytes: withDefault(integer(10, 10_000), 100),
    }),
    {},
);

export type AuditSettings = Read<typeof auditSettings>;

/** The stack's settings for the files that the API server is started with. */
export const controlPlaneSettings = withDefault(
    object({
        namespace: withDefault(dnsLabel, "control-plane-files"),
        encryption: encryptionSettings,
        audit: auditSettings,
    }),
    {},
);

export type ControlPlaneSettings = Read<typeof controlPlaneSettings>;
