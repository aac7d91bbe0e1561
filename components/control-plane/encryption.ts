import type { EncryptionSettings } from "./settings";

/** What is encrypted at rest: everything that may hold a credential. */
const ENCRYPTED: readonly string[] = ["secrets", "configmaps", "externalsecrets.external-secrets.io"];

/** An EncryptionConfiguration (apiserver.config.k8s.io/v1). */
export interface EncryptionConfiguration {
    readonly apiVersion: "apiserver.config.k8s.io/v1";
    readonly kind: "EncryptionConfiguration";
    readonly resources: readonly { readonly resources: readonly string[]; readonly providers: readonly object[] }[];
}

/**
 * The API server's EncryptionConfiguration. The first provider writes, all read; `identity` comes last, so that objects
 * from before encryption stay readable until they are rewritten.
 *
 * To rotate a secretbox key: add the new name second and restart every API server; make it first and restart them again;
 * rewrite every object (`kubectl get secrets -A -o json | kubectl replace -f -`); remove the old name and restart once more.
 * A key that is removed before the objects are rewritten makes them unreadable for good.
 *
 * @param keys key material by name, base64 of 32 bytes; without it the document shows which keys there are, not what they are
 */
export function encryptionConfiguration(
    settings: EncryptionSettings,
    keys?: Readonly<Record<string, string>>,
): EncryptionConfiguration {
    const provider =
        settings.provider === "kms"
            ? { kms: { apiVersion: "v2", name: settings.name, endpoint: settings.endpoint, timeout: settings.timeout } }
            : { secretbox: { keys: settings.keys.map((name) => ({ name, ...(keys && { secret: keys[name] }) })) } };
    return {
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "EncryptionConfiguration",
        resources: [{ resources: ENCRYPTED, providers: [provider, { identity: {} }] }],
    };
}

/** What is wrong with the settings, which stand at `path`; one line each. */
export function encryptionFaults(settings: EncryptionSettings, path: string): readonly string[] {
    if (settings.provider === "kms") {
        return [];
    }
    const repeated = settings.keys.filter((key, index) => settings.keys.indexOf(key) !== index);
    return [
        ...[...new Set(repeated)].map((key) => `${path}.keys names "${key}" twice`),
        ...(settings.keys.length > 2
            ? [
                  `${path}.keys has ${settings.keys.length} keys; finish one rotation before the next: at most two, new and old`,
              ]
            : []),
    ];
}
