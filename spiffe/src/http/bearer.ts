import type { IncomingMessage, ServerResponse } from "node:http";

import {
    readAudience,
    requireFunction,
    requireMethods,
    requireObject,
    requireNames,
    requireBoolean,
} from "../arguments.js";
import type { Authorizer } from "../authorize.js";
import { authorizePeer, checkAuthorizer } from "../authorize.js";
import { brandSymbol } from "../brand.js";
import { ArgumentError, AuthorizationError, BearerError, JwtSvidError, SpiffeError } from "../errors.js";
import type { JwtSvid } from "../jwtsvid.js";
import { remoteAddressOf } from "../tls/record.js";

/** What validates a token: a `JwtSource`, or anything that does as its `validate`. */
export interface TokenValidator {
    /** @throws {JwtSvidError} for a token that isn't to be taken */
    validate(
        token: string,
        audience: readonly [string, ...string[]],
        options?: { readonly strict?: boolean },
    ): Promise<JwtSvid>;
}

/** Whose tokens are taken, and for whom they must be. */
export interface BearerPolicy {
    /** Who we are: a token must name at least one of them. One given as text is one audience. */
    readonly audience: string | readonly [string, ...string[]];
    /**
     * Decides which callers may proceed, as with TLS: `true` lets in, all else refuses. There is no chain of certificates to look at; the
     * list is empty. No default: letting everybody in is written `authorizeAny()`.
     */
    readonly authorize: Authorizer;
    /** See `JwtValidationOptions.strict`. */
    readonly strict?: boolean;
}

/** The parts of a request of node:http or node:http2 that matter here. */
export type BearerRequest = Pick<IncomingMessage, "headers"> & {
    readonly socket?: Pick<IncomingMessage["socket"], "remoteAddress" | "remotePort"> | null;
};

/** Under this key a caller's JWT-SVID stands on its request. */
const CALLER = brandSymbol("caller");

/** RFC 6750 section 2.1; the scheme is case-insensitive (RFC 9110 section 11.1). */
const CREDENTIALS = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Authenticates and authorizes the caller of a request by the JWT-SVID in its Authorization header (RFC 6750 section 2.1). Elsewhere, in
 * a query or a form, no token is looked for: those end up in logs.
 *
 * @returns the caller, whom {@link callerOf} gives for the request from then on
 * @throws {BearerError} with the `statusCode` and `headers` of an answer, which Fastify, Koa and Express take from it: 401 for a request
 *     without a token (`missing_token`) or with one that is no good (`invalid_token`), 403 for a caller who isn't authorized
 *     (`insufficient_scope`), 503 when there is nothing to validate tokens by (`unavailable`)
 * @throws {ArgumentError}
 */
export async function authenticateBearer(
    request: BearerRequest,
    tokens: TokenValidator,
    policy: BearerPolicy,
): Promise<JwtSvid> {
    requireObject(request, "request");
    const audience = checkBearer(tokens, policy);
    const caller = await validate(tokens, readToken(request), audience, policy);
    try {
        const { socket } = request;
        const remoteAddress = socket === undefined || socket === null ? undefined : remoteAddressOf(socket);
        authorizePeer(policy.authorize, caller.id, [], { side: "server", remoteAddress });
    } catch (error) {
        if (error instanceof AuthorizationError) {
            throw new BearerError("insufficient_scope", { cause: error });
        }
        throw error;
    }
    Object.defineProperty(request, CALLER, { value: caller, configurable: true });
    return caller;
}

/** The caller that a request was authenticated for by {@link authenticateBearer}; undefined for any other. @throws {ArgumentError} */
export function callerOf(request: object): JwtSvid | undefined {
    requireObject(request, "request");
    // Frameworks wrap the request of Node.js.
    const { raw, req } = request as { readonly raw?: unknown; readonly req?: unknown };
    const known: unknown = [request, raw, req]
        .filter((object) => typeof object === "object" && object !== null)
        .map((object): unknown => Reflect.get(object, CALLER))
        .find((caller) => caller !== undefined);
    return known as JwtSvid | undefined;
}

/**
 * Middleware for Express, Connect, NestJS and whatever else has `(request, response, next)`; `callerOf(request)` tells the handlers who
 * calls. It answers refused requests by itself, by RFC 6750 section 3; why a token was refused is told to the `JwtSource`'s `onRefused`.
 *
 * @throws {ArgumentError}
 */
export function bearerMiddleware(
    tokens: TokenValidator,
    policy: BearerPolicy,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
    checkBearer(tokens, policy);
    return (request, response, next) => {
        requireFunction(next, "next");
        authenticateBearer(request, tokens, policy).then(
            () => next(),
            (error: unknown) => {
                if (error instanceof BearerError) {
                    response.writeHead(error.statusCode, { ...error.headers }).end();
                } else {
                    next(error);
                }
            },
        );
    };
}

function checkBearer(tokens: unknown, policy: unknown): readonly [string, ...string[]] {
    requireMethods(tokens, ["validate"], "tokens", "what validates JWT-SVIDs, such as a JwtSource");
    if (policy === undefined) {
        throw new ArgumentError("policy must be an object with audience and authorize, it is undefined");
    }
    requireNames(policy, ["audience", "authorize", "strict"], "policy");
    const { audience, authorize, strict } = policy as Partial<BearerPolicy>;
    checkAuthorizer(authorize, "policy.authorize");
    if (strict !== undefined) {
        requireBoolean(strict, "policy.strict");
    }
    return readAudience(audience, "policy.audience");
}

function readToken({ headers }: BearerRequest): string {
    requireObject(headers, "request.headers");
    const { authorization } = headers;
    const token = typeof authorization === "string" ? CREDENTIALS.exec(authorization)?.[1] : undefined;
    if (token === undefined) {
        throw new BearerError("missing_token");
    }
    return token;
}

async function validate(
    tokens: TokenValidator,
    token: string,
    audience: readonly [string, ...string[]],
    { strict }: BearerPolicy,
): Promise<JwtSvid> {
    try {
        return await tokens.validate(token, audience, strict === undefined ? {} : { strict });
    } catch (error) {
        if (error instanceof JwtSvidError) {
            throw new BearerError("invalid_token", { cause: error });
        }
        if (error instanceof SpiffeError) {
            throw new BearerError("unavailable", { cause: error });
        }
        throw error;
    }
}
