import { EventEmitter } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { TrustDomain, X509Provider, X509Snapshot } from "@x0tta6bl4/spiffe";
import { X509Bundle, X509BundleSet } from "@x0tta6bl4/spiffe";

/**
 * Certificates of an authority beside SPIRE's, for senders that read theirs from files and know no Workload API: falcosidekick and
 * Alertmanager. A directory as a Secret of type `kubernetes.io/tls` is mounted.
 */
export interface SenderAuthority {
    /** The trust domain of the senders' SPIFFE IDs; never ours, for which SPIRE alone speaks. */
    readonly trustDomain: TrustDomain;
    /** Holds `ca.crt`, and `tls.crt` and `tls.key`, which are shown to the senders in place of our SVID. */
    readonly directory: string;
}

interface Material {
    /** The files as they were read. */
    readonly texts: readonly string[];
    readonly bundle: X509Bundle;
    readonly certificate: { readonly cert: string; readonly key: string };
}

async function read({ trustDomain, directory }: SenderAuthority): Promise<Material> {
    const file = (name: string): Promise<string> => readFile(join(directory, name), "utf8");
    const texts = await Promise.all([file("ca.crt"), file("tls.crt"), file("tls.key")]);
    const [ca, cert, key] = texts;
    return { texts, bundle: X509Bundle.parsePem(trustDomain, ca), certificate: { cert, key } };
}

/** Whom the webhook trusts, and what it shows: our own identity, with the senders' authority where there is one. */
export class SenderTrust extends EventEmitter<{ update: [X509Snapshot] }> implements X509Provider {
    private readonly forward = (): void => void this.emit("update", this.snapshot());

    private constructor(
        private readonly identity: X509Provider,
        private readonly authority: SenderAuthority | undefined,
        private material: Material | undefined,
    ) {
        super();
        identity.on("update", this.forward);
    }

    /** @throws {SpiffeError} for a `ca.crt` that holds no certificate */
    static async open(identity: X509Provider, authority?: SenderAuthority): Promise<SenderTrust> {
        return new SenderTrust(identity, authority, authority && (await read(authority)));
    }

    /** What is shown to senders in place of the SVID. */
    get webCertificate(): Material["certificate"] | undefined {
        return this.material?.certificate;
    }

    snapshot(): X509Snapshot {
        const snapshot = this.identity.snapshot();
        const foreign = this.material === undefined ? [] : [this.material.bundle];
        // Ours come last: a later bundle of the same trust domain replaces an earlier one.
        return { ...snapshot, bundles: new X509BundleSet([...foreign, ...snapshot.bundles]) };
    }

    /** Reads the files anew: they are renewed while this runs. @throws {SpiffeError} and keeps what it had */
    async refresh(): Promise<void> {
        if (this.authority !== undefined) {
            const fresh = await read(this.authority);
            const changed = fresh.texts.some((text, index) => text !== this.material?.texts[index]);
            this.material = fresh;
            if (changed) {
                this.forward();
            }
        }
    }

    close(): void {
        this.identity.off("update", this.forward);
    }
}
