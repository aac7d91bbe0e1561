import type { X509Certificate } from "node:crypto";
import { types } from "node:util";

import { kindOf, requireFunction, requireInstance, requireText } from "./arguments.js";
import { brandSymbol } from "./brand.js";
import { ignoreRejection, reportCallbackFailure } from "./callbacks.js";
import { ArgumentError, AuthorizationError } from "./errors.js";
import { SpiffeId, TrustDomain } from "./id.js";
import { compilePattern } from "./pattern.js";

/** Which connection an authorizer decides about. */
export interface AuthorizedConnection {
    /** Which side we are. */
    readonly side: "client" | "server";
    /**
     * With a client, where it connects to: the host name or address, or the path of a Unix domain socket. With a server, the server name
     * its client asked for. Undefined when there is none.
     */
    readonly target?: string;
    /** The address of the other side, such as `10.1.2.3:41000`; undefined over a Unix domain socket. */
    readonly remoteAddress?: string;
}

/**
 * Decides whether an authenticated peer may proceed. **`true` lets it in; everything else refuses it**: `false`, nothing, any other
 * value, a promise whatever becomes of it, and an exception. An {@link AuthorizationError} says why; any other exception counts as a
 * fault of the authorizer and is reported as a warning of the process as well.
 *
 * Called only after the peer's chain has been verified. It can't be asynchronous: look up beforehand what is to be asked.
 *
 * @param id the peer's SPIFFE ID
 * @param chain the verified path, leaf first, trust anchor last
 * @param connection which connection it is about
 */
export type Authorizer = (id: SpiffeId, chain: readonly X509Certificate[], connection: AuthorizedConnection) => boolean;

/**
 * Asks an authorizer. Returns only if its answer is `true`.
 *
 * @throws {AuthorizationError} in all other cases
 */
export function authorizePeer(authorizer: Authorizer, ...peer: Parameters<Authorizer>): void {
    const [id] = peer;
    let verdict: unknown;
    try {
        verdict = authorizer(...peer);
    } catch (error) {
        if (error instanceof AuthorizationError) {
            throw error;
        }
        reportCallbackFailure("The authorizer", error);
        throw new AuthorizationError(`${id} is refused, for the authorizer failed`, { cause: error });
    }
    if (verdict === true) {
        return;
    }
    ignoreRejection("The authorizer", verdict);
    throw new AuthorizationError(
        verdict === false
            ? `${id} is not allowed by the authorizer`
            : `${id} is refused, for the authorizer gave ${kindOf(verdict)}: only true lets a peer in`,
    );
}

/**
 * Refuses at once what could never let anybody in.
 *
 * @throws {ArgumentError} for what is no function, or one that is `async`
 */
export function checkAuthorizer(authorizer: unknown, name = "authorize"): void {
    requireFunction(authorizer, name);
    if (types.isAsyncFunction(authorizer)) {
        throw new ArgumentError(
            `${name} must not be async: a promise lets nobody in. Look up beforehand what is to be asked`,
        );
    }
}

/** Under this key an authorizer that may change its mind takes listeners. */
const CHANGES = brandSymbol("authorizer changes");

/** An authorizer that tells when it decides differently from before, so that live connections are judged anew. */
export function changingAuthorizer(authorizer: Authorizer, listeners: Set<() => void>): Authorizer {
    return Object.defineProperty(authorizer, CHANGES, { value: listeners });
}

/** @returns a function that ends it */
export function onAuthorizerChange(authorizer: Authorizer, listener: () => void): () => void {
    const listeners = Reflect.get(authorizer, CHANGES) as Set<() => void> | undefined;
    listeners?.add(listener);
    return () => void listeners?.delete(listener);
}

/** Lets in every peer of every trust domain whose bundle is known. */
export function authorizeAny(): Authorizer {
    return () => true;
}

/** Lets in exactly one SPIFFE ID. @throws {ArgumentError} */
export function authorizeId(allowed: SpiffeId): Authorizer {
    requireInstance(allowed, SpiffeId, "allowed");
    return rule(
        (id) => id.equals(allowed),
        (id) => `${id} is not allowed: only ${allowed} is`,
    );
}

/** Lets in the listed SPIFFE IDs. An empty list lets nobody in. @throws {ArgumentError} */
export function authorizeOneOf(...allowed: readonly SpiffeId[]): Authorizer {
    allowed.forEach((id) => requireInstance(id, SpiffeId, "each of allowed"));
    const texts = new Set(allowed.map(String));
    return rule(
        (id) => texts.has(id.toString()),
        (id) => `${id} is not one of the ${texts.size} allowed SPIFFE IDs`,
    );
}

/** Lets in every SPIFFE ID of one trust domain. @throws {ArgumentError} */
export function authorizeMemberOf(trustDomain: TrustDomain): Authorizer {
    requireInstance(trustDomain, TrustDomain, "trustDomain");
    return rule(
        (id) => id.memberOf(trustDomain),
        (id) => `${id} is not a member of trust domain ${trustDomain}`,
    );
}

/**
 * Lets in every SPIFFE ID that a pattern matches: a trust domain as it is, then path segments in which `*` stands for any characters
 * of one segment, and a segment `**` for any number of segments, none included. For example
 * `spiffe://td/sa/web-*` or `spiffe://td/ns/prod/**`.
 *
 * @throws {SpiffeIdError} `invalid_id` for a malformed pattern
 */
export function authorizePattern(pattern: string): Authorizer {
    requireText(pattern, "pattern");
    const matches = compilePattern(pattern);
    return rule(matches, (id) => `${id} doesn't match ${pattern}`);
}

/**
 * Chooses by the target of the connection, so that one client of several services takes each of them only for itself: with
 * `authorizeOneOf`, any of them could pose as any other. A target that isn't listed is refused.
 *
 * ```ts
 * authorizeTarget({ "db.internal": authorizeId(db), "/run/cache.sock": authorizeId(cache) })
 * ```
 *
 * @param targets by host name, address or socket path, as it is connected to; host names in any case
 * @throws {ArgumentError}
 */
export function authorizeTarget(targets: Readonly<Record<string, Authorizer>>): Authorizer {
    requireMapping(targets);
    const byTarget = new Map<string, Authorizer>();
    for (const [target, authorizer] of Object.entries(targets)) {
        checkAuthorizer(authorizer, `the authorizer of ${target}`);
        byTarget.set(target.toLowerCase(), authorizer);
    }
    return (id, chain, connection) => {
        const authorizer = byTarget.get(connection.target?.toLowerCase() ?? "");
        if (authorizer === undefined) {
            throw new AuthorizationError(`${id}: no authorizer is given for ${connection.target ?? "no target"}`);
        }
        authorizePeer(authorizer, id, chain, connection);
        return true;
    };
}

function requireMapping(targets: unknown): void {
    if (typeof targets !== "object" || targets === null || Array.isArray(targets)) {
        throw new ArgumentError(`targets must be an object of authorizers, it is ${kindOf(targets)}`);
    }
}

/** An authorizer that says why it refuses. */
function rule(allows: (id: SpiffeId) => boolean, why: (id: SpiffeId) => string): Authorizer {
    return (id) => {
        requireInstance(id, SpiffeId, "id");
        if (!allows(id)) {
            throw new AuthorizationError(why(id));
        }
        return true;
    };
}
