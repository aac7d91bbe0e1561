import type { X509Certificate } from "node:crypto";

import { readCertificate, splitCertificates } from "./certificate.js";
import { BundleError, SpiffeError } from "./errors.js";
import type { TrustDomain } from "./id.js";
import { pemBlocks } from "./pem.js";

/** Most authorities one bundle may have. */
export const MAX_AUTHORITIES = 1_000;

/** The X.509 authorities of one trust domain. An empty list is a bundle too: it says that everything has been revoked. */
export class X509Bundle {
    readonly authorities: readonly X509Certificate[];

    constructor(
        readonly trustDomain: TrustDomain,
        authorities: Iterable<X509Certificate>,
    ) {
        this.authorities = Object.freeze([...authorities]);
    }

    /**
     * Reads concatenated DER certificates, as the Workload API sends them; no bytes give an empty bundle.
     *
     * @throws {BundleError} `invalid_bundle`
     */
    static parse(trustDomain: TrustDomain, bytes: Uint8Array): X509Bundle {
        return X509Bundle.read(trustDomain, () => splitCertificates(bytes, MAX_AUTHORITIES));
    }

    /** Reads the `CERTIFICATE` blocks of a PEM text. @throws {BundleError} `invalid_bundle`, also when there is none */
    static parsePem(trustDomain: TrustDomain, text: string): X509Bundle {
        return X509Bundle.read(trustDomain, () => {
            const blocks = pemBlocks(text, "CERTIFICATE");
            if (blocks.length === 0) {
                throw new BundleError("invalid_bundle", "there is no PEM block CERTIFICATE");
            }
            return blocks;
        });
    }

    private static read(trustDomain: TrustDomain, list: () => readonly Uint8Array[]): X509Bundle {
        try {
            const certificates = list();
            if (certificates.length > MAX_AUTHORITIES) {
                throw new BundleError(
                    "invalid_bundle",
                    `${certificates.length} authorities, at most ${MAX_AUTHORITIES} are taken`,
                );
            }
            return new X509Bundle(
                trustDomain,
                certificates.map((der) => readCertificate(der).certificate),
            );
        } catch (error) {
            if (error instanceof SpiffeError) {
                throw new BundleError("invalid_bundle", `X.509 bundle of ${trustDomain}: ${error.message}`, {
                    cause: error,
                });
            }
            throw error;
        }
    }
}

/**
 * X.509 bundles by trust domain, never merged: a peer is judged by the bundle of its own trust domain only
 * (SPIFFE Federation section 4.2).
 */
export class X509BundleSet implements Iterable<X509Bundle> {
    private readonly bundles: ReadonlyMap<string, X509Bundle>;

    /** A later bundle of the same trust domain replaces an earlier one. */
    constructor(bundles: Iterable<X509Bundle> = []) {
        this.bundles = new Map(Array.from(bundles, (bundle) => [bundle.trustDomain.name, bundle]));
    }

    get size(): number {
        return this.bundles.size;
    }

    get(trustDomain: TrustDomain): X509Bundle | undefined {
        return this.bundles.get(trustDomain.name);
    }

    /** A set with `bundle` added, or put in place of its trust domain's former one. */
    with(bundle: X509Bundle): X509BundleSet {
        return new X509BundleSet([...this, bundle]);
    }

    [Symbol.iterator](): Iterator<X509Bundle> {
        return this.bundles.values();
    }
}
