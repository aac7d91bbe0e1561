import type { X509Certificate } from "node:crypto";

import { AuthorizationError } from "./errors.js";
import type { SpiffeId, TrustDomain } from "./id.js";
import { compilePattern } from "./pattern.js";

/**
 * Decides whether an authenticated peer may proceed: returns, or throws an {@link AuthorizationError}. Called only after the
 * peer's chain has been verified.
 *
 * @param id the peer's SPIFFE ID
 * @param chain the verified path, leaf first, trust anchor last
 */
export type Authorizer = (id: SpiffeId, chain: readonly X509Certificate[]) => void;

/** Lets in every peer of every trust domain whose bundle is known. */
export function authorizeAny(): Authorizer {
    return () => {};
}

/** Lets in exactly one SPIFFE ID. */
export function authorizeId(allowed: SpiffeId): Authorizer {
    return (id) => {
        if (!id.equals(allowed)) {
            throw new AuthorizationError(`${id} is not allowed: only ${allowed} is`);
        }
    };
}

/** Lets in the listed SPIFFE IDs. An empty list lets nobody in. */
export function authorizeOneOf(...allowed: readonly SpiffeId[]): Authorizer {
    const texts = new Set(allowed.map(String));
    return (id) => {
        if (!texts.has(id.toString())) {
            throw new AuthorizationError(`${id} is not one of the ${texts.size} allowed SPIFFE IDs`);
        }
    };
}

/** Lets in every SPIFFE ID of one trust domain. */
export function authorizeMemberOf(trustDomain: TrustDomain): Authorizer {
    return (id) => {
        if (!id.memberOf(trustDomain)) {
            throw new AuthorizationError(`${id} is not a member of trust domain ${trustDomain}`);
        }
    };
}

/**
 * Lets in every SPIFFE ID that a pattern matches: a trust domain as it is, then path segments in which `*` stands for any characters
 * of one segment, and a segment `**` for any number of segments, none included. For example
 * `spiffe://td/sa/web-*` or `spiffe://td/ns/prod/**`.
 *
 * @throws {SpiffeIdError} `invalid_id` for a malformed pattern
 */
export function authorizePattern(pattern: string): Authorizer {
    const matches = compilePattern(pattern);
    return (id) => {
        if (!matches(id)) {
            throw new AuthorizationError(`${id} doesn't match ${pattern}`);
        }
    };
}
