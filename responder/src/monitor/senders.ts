import { readFile } from "node:fs/promises";

import type { X509Provider, X509Snapshot , TrustDomain} from "@x0tta6bl4/spiffe";
import { X509Bundle, X509BundleSet } from "@x0tta6bl4/spiffe";

/** An authority beside SPIRE's whose certificates senders show: those of a trust domain of its own. */
export interface SenderAuthority {
    readonly trustDomain: TrustDomain;
    /** PEM file with the authority's certificates. */
    readonly file: string;
}

/** Reads the authority's certificates. @throws {SpiffeError} for a file that holds none */
export async function readAuthority({ trustDomain, file }: SenderAuthority): Promise<X509Bundle> {
    return X509Bundle.parsePem(trustDomain, await readFile(file, "utf8"));
}

/**
 * Our own identity, with the authorities of senders that have certificates by the secrets manager instead of SVIDs: falcosidekick and
 * Alertmanager read theirs from files. Each such authority speaks for its own trust domain only, never for ours.
 */
export function withAuthorities(identity: X509Provider, bundles: readonly X509Bundle[]): X509Provider {
    return {
        snapshot: (): X509Snapshot => {
            const snapshot = identity.snapshot();
            return { ...snapshot, bundles: new X509BundleSet([...bundles, ...snapshot.bundles]) };
        },
        on: (event, listener) => identity.on(event, listener),
        off: (event, listener) => identity.off(event, listener),
    };
}
