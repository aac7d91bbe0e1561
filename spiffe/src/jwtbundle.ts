import type { JsonWebKey, KeyObject } from "node:crypto";
import { createPublicKey } from "node:crypto";

import { BundleError, SpiffeError } from "./errors.js";
import type { TrustDomain } from "./id.js";
import type { Jwk } from "./jwks.js";
import { isKnownKeyType, parseJwks } from "./jwks.js";

/** One key that signs JWT-SVIDs. */
export interface JwtAuthority {
    readonly keyId: string;
    readonly publicKey: KeyObject;
    /** Set when the key is bound to one algorithm. */
    readonly algorithm: string | undefined;
}

/** The JWT authorities of one trust domain, by key ID. */
export class JwtBundle {
    readonly authorities: ReadonlyMap<string, JwtAuthority>;

    constructor(
        readonly trustDomain: TrustDomain,
        authorities: Iterable<JwtAuthority>,
    ) {
        this.authorities = new Map(Array.from(authorities, (authority) => [authority.keyId, authority]));
    }

    /**
     * Reads a JWK set as the Workload API sends it. Keys of an unknown type, or meant for something else, are ignored.
     *
     * @throws {BundleError} `invalid_bundle`
     */
    static parse(trustDomain: TrustDomain, document: Uint8Array | string): JwtBundle {
        try {
            const keys = parseJwks(document).keys.filter((jwk) => jwk.use === undefined || jwk.use === "jwt-svid");
            return new JwtBundle(trustDomain, keys.flatMap(readJwtAuthority));
        } catch (error) {
            if (error instanceof SpiffeError) {
                throw new BundleError("invalid_bundle", `JWT bundle of ${trustDomain}: ${error.message}`, {
                    cause: error,
                });
            }
            throw error;
        }
    }
}

/** A JWT authority from its JWK, or nothing when its type is unknown. @throws {BundleError} */
export function readJwtAuthority(jwk: Jwk): JwtAuthority[] {
    if (!isKnownKeyType(jwk)) {
        return [];
    }
    if (typeof jwk.kid !== "string" || jwk.kid === "") {
        throw new BundleError("invalid_bundle", "a JWT key has no key ID, or one that is not text");
    }
    return [
        { keyId: jwk.kid, publicKey: importJwk(jwk), algorithm: typeof jwk.alg === "string" ? jwk.alg : undefined },
    ];
}

/** The public key a JWK holds. @throws {BundleError} when its members are not such a key */
export function importJwk(jwk: Jwk): KeyObject {
    try {
        return createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new BundleError("invalid_bundle", `a key of type ${jwk.kty} is invalid: ${reason}`, { cause: error });
    }
}

/** JWT bundles by trust domain, never merged. */
export class JwtBundleSet implements Iterable<JwtBundle> {
    private readonly bundles: ReadonlyMap<string, JwtBundle>;

    constructor(bundles: Iterable<JwtBundle> = []) {
        this.bundles = new Map(Array.from(bundles, (bundle) => [bundle.trustDomain.name, bundle]));
    }

    get size(): number {
        return this.bundles.size;
    }

    get(trustDomain: TrustDomain): JwtBundle | undefined {
        return this.bundles.get(trustDomain.name);
    }

    [Symbol.iterator](): Iterator<JwtBundle> {
        return this.bundles.values();
    }
}
