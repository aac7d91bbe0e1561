import { X509Certificate } from "node:crypto";

import { requireBytes, requireInstance, requireList, requireText } from "./arguments.js";
import { brand } from "./brand.js";
import { readCertificate, splitCertificates } from "./certificate.js";
import { BundleError, SpiffeError } from "./errors.js";
import { TrustDomain } from "./id.js";
import { pemBlocks } from "./pem.js";

/** Most authorities one bundle may have. */
export const MAX_AUTHORITIES = 1_000;

/** The X.509 authorities of one trust domain. An empty list is a bundle too: it says that everything has been revoked. */
export class X509Bundle {
    readonly authorities: readonly X509Certificate[];

    /** @throws {ArgumentError} */
    constructor(
        readonly trustDomain: TrustDomain,
        authorities: Iterable<X509Certificate>,
    ) {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
        const list = requireList(authorities, "authorities");
        list.forEach((authority) => requireInstance(authority, X509Certificate, "each of authorities"));
        this.authorities = Object.freeze(list as X509Certificate[]);
    }

    /**
     * Reads concatenated DER certificates, as the Workload API sends them; no bytes give an empty bundle.
     *
     * @throws {BundleError} `invalid_bundle`
     */
    static parse(trustDomain: TrustDomain, bytes: Uint8Array): X509Bundle {
        requireBytes(bytes, "bytes");
        return X509Bundle.read(trustDomain, () => splitCertificates(bytes, MAX_AUTHORITIES));
    }

    /** Reads the `CERTIFICATE` blocks of a PEM text. @throws {BundleError} `invalid_bundle`, also when there is none */
    static parsePem(trustDomain: TrustDomain, text: string): X509Bundle {
        requireText(text, "text");
        return X509Bundle.read(trustDomain, () => {
            const blocks = pemBlocks(text, "CERTIFICATE");
            if (blocks.length === 0) {
                throw new BundleError("invalid_bundle", "there is no PEM block CERTIFICATE");
            }
            return blocks;
        });
    }

    /** Whether it has the same authorities of the same trust domain, in any order. @throws {ArgumentError} */
    equals(other: X509Bundle): boolean {
        requireInstance(other, X509Bundle, "other");
        return this.trustDomain.equals(other.trustDomain) && fingerprints(this) === fingerprints(other);
    }

    private static read(trustDomain: TrustDomain, list: () => readonly Uint8Array[]): X509Bundle {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
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

function fingerprints({ authorities }: X509Bundle): string {
    const texts = new Set(authorities.map(({ fingerprint256 }) => fingerprint256));
    return [...texts].sort().join();
}

/**
 * X.509 bundles by trust domain, never merged: a peer is judged by the bundle of its own trust domain only
 * (SPIFFE Federation section 4.2).
 */
export class X509BundleSet implements Iterable<X509Bundle> {
    private readonly bundles: ReadonlyMap<string, X509Bundle>;

    /** A later bundle of the same trust domain replaces an earlier one. @throws {ArgumentError} */
    constructor(bundles: Iterable<X509Bundle> = []) {
        requireList(bundles, "bundles").forEach((bundle) => requireInstance(bundle, X509Bundle, "each of bundles"));
        this.bundles = new Map(Array.from(bundles, (bundle) => [bundle.trustDomain.name, bundle]));
    }

    get size(): number {
        return this.bundles.size;
    }

    /** @throws {ArgumentError} */
    get(trustDomain: TrustDomain): X509Bundle | undefined {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
        return this.bundles.get(trustDomain.name);
    }

    /** Whether it has equal bundles of the same trust domains. @throws {ArgumentError} */
    equals(other: X509BundleSet): boolean {
        requireInstance(other, X509BundleSet, "other");
        return this.size === other.size && [...this].every((bundle) => other.get(bundle.trustDomain)?.equals(bundle));
    }

    /** A set with `bundle` added, or put in place of its trust domain's former one. */
    with(bundle: X509Bundle): X509BundleSet {
        return new X509BundleSet([...this, bundle]);
    }

    [Symbol.iterator](): Iterator<X509Bundle> {
        return this.bundles.values();
    }
}

brand(X509Bundle);
brand(X509BundleSet);
