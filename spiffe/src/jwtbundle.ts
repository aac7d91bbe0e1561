import type { JsonWebKey } from "node:crypto";
import { createPublicKey, KeyObject } from "node:crypto";

import { requireDocument, requireInstance, requireList, requireOptions, requireText } from "./arguments.js";
import { brand } from "./brand.js";
import { BundleError, SpiffeError } from "./errors.js";
import { TrustDomain } from "./id.js";
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

    /** @throws {ArgumentError} */
    constructor(
        readonly trustDomain: TrustDomain,
        authorities: Iterable<JwtAuthority>,
    ) {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
        for (const authority of requireList(authorities, "authorities")) {
            requireJwtAuthority(authority);
        }
        this.authorities = new Map(Array.from(authorities, (authority) => [authority.keyId, authority]));
    }

    /**
     * Reads a JWK set as the Workload API sends it. Keys of an unknown type, or meant for something else, are ignored.
     *
     * @throws {BundleError} `invalid_bundle`
     */
    static parse(trustDomain: TrustDomain, document: Uint8Array | string): JwtBundle {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
        requireDocument(document, "document");
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

    /** Whether it has the same keys of the same trust domain. @throws {ArgumentError} */
    equals(other: JwtBundle): boolean {
        requireInstance(other, JwtBundle, "other");
        return (
            this.trustDomain.equals(other.trustDomain) &&
            this.authorities.size === other.authorities.size &&
            [...this.authorities.values()].every((key) => sameKey(key, other.authorities.get(key.keyId)))
        );
    }
}

function requireJwtAuthority(value: unknown): void {
    requireOptions(value, "each of authorities");
    const { keyId, publicKey } = (value ?? {}) as Partial<JwtAuthority>;
    requireText(keyId, "the keyId of an authority");
    requireInstance(publicKey, KeyObject, "the publicKey of an authority");
}

function sameKey(a: JwtAuthority, b: JwtAuthority | undefined): boolean {
    return b !== undefined && a.algorithm === b.algorithm && a.publicKey.equals(b.publicKey);
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

    /** @throws {ArgumentError} */
    constructor(bundles: Iterable<JwtBundle> = []) {
        requireList(bundles, "bundles").forEach((bundle) => requireInstance(bundle, JwtBundle, "each of bundles"));
        this.bundles = new Map(Array.from(bundles, (bundle) => [bundle.trustDomain.name, bundle]));
    }

    get size(): number {
        return this.bundles.size;
    }

    /** @throws {ArgumentError} */
    get(trustDomain: TrustDomain): JwtBundle | undefined {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
        return this.bundles.get(trustDomain.name);
    }

    /** Whether it has equal bundles of the same trust domains. @throws {ArgumentError} */
    equals(other: JwtBundleSet): boolean {
        requireInstance(other, JwtBundleSet, "other");
        return this.size === other.size && [...this].every((bundle) => other.get(bundle.trustDomain)?.equals(bundle));
    }

    [Symbol.iterator](): Iterator<JwtBundle> {
        return this.bundles.values();
    }
}

brand(JwtBundle);
brand(JwtBundleSet);
