import type { X509Certificate } from "node:crypto";

import type { TrustDomain } from "./id.js";

/** The X.509 authorities of one trust domain. An empty list is a bundle too: it says that everything has been revoked. */
export class X509Bundle {
    readonly authorities: readonly X509Certificate[];

    constructor(
        readonly trustDomain: TrustDomain,
        authorities: Iterable<X509Certificate>,
    ) {
        this.authorities = Object.freeze([...authorities]);
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
