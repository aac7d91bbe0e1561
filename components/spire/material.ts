import type { SpireSettings, TrustAnchor, Vault } from "./model";
import { SERVER_PATHS } from "./layout";

/** Certificates and keys the server reads from a directory of its own: the volume, and where it is mounted. */
export interface Material {
    /** Name of the volume. */
    readonly name: string;
    readonly directory: string;
    readonly source: TrustAnchor | { readonly tlsSecret: string };
}

const directoryOf = (name: string): string => `${SERVER_PATHS.tls}/${name}`;

/** Path of the PEM file of a trust anchor that is mounted under `name`. */
export const anchorPath = (name: string): string => `${directoryOf(name)}/ca.crt`;
/** Path of a certificate that is mounted under `name`. */
export const certificatePath = (name: string): string => `${directoryOf(name)}/tls.crt`;
/** Path of the key of a certificate that is mounted under `name`. */
export const keyPath = (name: string): string => `${directoryOf(name)}/tls.key`;
/** Path of a Vault login token that is projected under `name`. */
export const vaultTokenPath = (name: string): string => `${directoryOf(name)}/token`;

/** Names of the material, each used by the configuration and by the volume. */
export const MATERIAL = {
    database: "database-ca",
    databaseClient: "database-client",
    keyManagerVault: "key-manager-ca",
    keyManagerVaultClient: "key-manager-client",
    keyManagerToken: "key-manager-token",
    upstream: "upstream-ca",
    upstreamVaultClient: "upstream-client",
    upstreamToken: "upstream-token",
    upstreamClient: "upstream-ejbca-client",
    x509pop: "x509pop-ca",
    devid: "devid-ca",
    endorsement: "endorsement-ca",
    bundleEndpoint: "bundle-endpoint",
} as const;

/** Every certificate and key the server of these settings reads. */
export function serverMaterial({ server }: SpireSettings): readonly Material[] {
    const found: Material[] = [];
    const anchor = (name: string, source: TrustAnchor): void => {
        found.push({ name, directory: directoryOf(name), source });
    };
    const certificate = (name: string, tlsSecret: string): void => {
        found.push({ name, directory: directoryOf(name), source: { tlsSecret } });
    };
    const vault = ({ trustAnchor, auth }: Vault, ca: string, client: string): void => {
        anchor(ca, trustAnchor);
        if (auth.method === "certificate") {
            certificate(client, auth.secret);
        }
    };
    const { dataStore, keyManager, upstreamAuthority, nodeAttestors, bundleEndpoint } = server;
    if (dataStore.type !== "sqlite") {
        anchor(MATERIAL.database, dataStore.trustAnchor);
        if ("clientCertificate" in dataStore && dataStore.clientCertificate !== undefined) {
            certificate(MATERIAL.databaseClient, dataStore.clientCertificate);
        }
    }
    if (keyManager.type === "vault") {
        vault(keyManager, MATERIAL.keyManagerVault, MATERIAL.keyManagerVaultClient);
    }
    if (upstreamAuthority.type === "vault") {
        vault(upstreamAuthority, MATERIAL.upstream, MATERIAL.upstreamVaultClient);
    } else if (upstreamAuthority.type === "ejbca") {
        anchor(MATERIAL.upstream, upstreamAuthority.trustAnchor);
        certificate(MATERIAL.upstreamClient, upstreamAuthority.clientCertificate);
    } else if (upstreamAuthority.type === "disk") {
        certificate(MATERIAL.upstream, upstreamAuthority.secret);
    }
    for (const attestor of nodeAttestors) {
        if (attestor.type === "x509pop" && attestor.trustAnchor !== undefined) {
            anchor(MATERIAL.x509pop, attestor.trustAnchor);
        } else if (attestor.type === "tpmDevid") {
            anchor(MATERIAL.devid, attestor.devidTrustAnchor);
            anchor(MATERIAL.endorsement, attestor.endorsementTrustAnchor);
        }
    }
    if (bundleEndpoint?.profile.type === "https_web" && bundleEndpoint.profile.certificate !== undefined) {
        certificate(MATERIAL.bundleEndpoint, bundleEndpoint.profile.certificate.secret);
    }
    return found;
}

/** The projected tokens the server logs in to Vault with: volume name and audience. */
export function vaultTokens({
    server,
}: SpireSettings): readonly { readonly name: string; readonly audience: string }[] {
    const uses = [
        { name: MATERIAL.keyManagerToken, vault: server.keyManager },
        { name: MATERIAL.upstreamToken, vault: server.upstreamAuthority },
    ];
    return uses.flatMap(({ name, vault }) =>
        vault.type === "vault" && vault.auth.method === "kubernetes"
            ? [{ name, audience: vault.auth.audience ?? "vault" }]
            : [],
    );
}
