import type { IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";

import { requireFunction, requireInstance, requireNumber, requireOptions } from "../arguments.js";
import { X509BundleSet } from "../bundle.js";
import { timeBy } from "../clock.js";
import { FederationError, SpiffeError } from "../errors.js";
import { MAX_DOCUMENT_BYTES } from "../jwks.js";
import { SpiffeBundle } from "../spiffebundle.js";
import { presentedChain } from "../tls/peer.js";
import { verifyX509Svid } from "../verify.js";
import type { FederationEndpoint, SpiffeProfile } from "./endpoint.js";
import { checkEndpoint, checkEndpointUrl, ENDPOINT_TLS } from "./endpoint.js";

const DEFAULT_MAX_REDIRECTS = 5;
const DEFAULT_TIMEOUT_MS = 30_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What {@link fetchBundle} can be told. */
export interface FederationFetchOptions {
    readonly signal?: AbortSignal;
    /** Milliseconds for everything, redirects included. Defaults to 30,000. */
    readonly timeoutMs?: number;
    /**
     * How many redirects are followed, all of them as temporary ones. 0 follows none, for those who know what the endpoint's own host is
     * worth (SPIFFE Federation section 7.5.1). Defaults to 5.
     */
    readonly maxRedirects?: number;
    /** The clock an endpoint's SVID is judged by. */
    readonly now?: () => Date;
}

/**
 * Fetches a trust domain's bundle from its endpoint.
 *
 * @throws {SpiffeError} {@link FederationError}, `X509VerificationError` for an endpoint that isn't who it should be, `BundleError`
 */
export async function fetchBundle(
    endpoint: FederationEndpoint,
    options: FederationFetchOptions = {},
): Promise<SpiffeBundle> {
    checkEndpoint(endpoint);
    checkFetchOptions(options);
    const { maxRedirects = DEFAULT_MAX_REDIRECTS } = options;
    let url = checkEndpointUrl(endpoint.url);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
    try {
        for (let redirects = 0; redirects <= maxRedirects; redirects++) {
            const response = await get(url, endpoint.profile, signal, timeBy(options.now));
            const { location } = response.headers;
            if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) {
                return SpiffeBundle.parse(endpoint.trustDomain, await readBody(response, url));
            }
            response.destroy();
            url = checkEndpointUrl(location, url);
        }
        throw new FederationError("too_many_redirects", `${endpoint.url} redirects more than ${maxRedirects} times`);
    } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof SpiffeError) {
            throw error;
        }
        const reason = timeout.aborted ? "it took too long" : error instanceof Error ? error.message : String(error);
        throw new FederationError("unreachable", `no bundle of ${endpoint.trustDomain} from ${url.host}: ${reason}`, {
            cause: error,
        });
    }
}

/** @throws {ArgumentError} */
export function checkFetchOptions(options: unknown): void {
    requireOptions(options, "options");
    const { signal, timeoutMs, maxRedirects, now } = (options ?? {}) as FederationFetchOptions;
    if (signal !== undefined) {
        requireInstance(signal, AbortSignal, "options.signal");
    }
    if (timeoutMs !== undefined) {
        requireNumber(timeoutMs, "options.timeoutMs", 1);
    }
    if (maxRedirects !== undefined) {
        requireNumber(maxRedirects, "options.maxRedirects", 0);
    }
    if (now !== undefined) {
        requireFunction(now, "options.now");
    }
}

/** Answers once the headers are there; every connection is a new one, so each is authenticated anew. */
async function get(
    url: URL,
    profile: FederationEndpoint["profile"],
    signal: AbortSignal,
    now: Date,
): Promise<IncomingMessage> {
    const socket = profile.type === "https_spiffe" ? await connectSpiffe(url, profile, signal, now) : undefined;
    const headers = { accept: "application/json", host: url.host };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request =
        socket === undefined
            ? httpsRequest(url, { agent: false, headers, signal, ...ENDPOINT_TLS, ...webAuthorities(profile) })
            : httpRequest({ createConnection: () => socket, path: `${url.pathname}${url.search}`, headers, signal });
    request.once("response", resolve).once("error", reject).end();
    return promise;
}

function webAuthorities(profile: FederationEndpoint["profile"]): { ca?: string | Buffer } {
    return profile.type === "https_web" && profile.ca !== undefined ? { ca: profile.ca } : {};
}

/** A connection to the endpoint, verified before the first byte of a request goes out. */
async function connectSpiffe(url: URL, profile: SpiffeProfile, signal: AbortSignal, now: Date): Promise<TLSSocket> {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const socket = connect({
        host,
        port: url.port === "" ? 443 : Number(url.port),
        servername: isIP(host) === 0 ? host : "",
        ...ENDPOINT_TLS,
        // OpenSSL knows one pool of authorities only; the endpoint is judged below, by its own trust domain's bundle.
        ca: [],
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
    });
    const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
    const abort = (): void =>
        void socket.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    const closed = (): void => reject(new Error("the connection closed during the handshake"));
    socket.once("secureConnect", resolve).on("error", reject).once("close", closed);
    signal.addEventListener("abort", abort, { once: true });
    try {
        signal.throwIfAborted();
        await promise;
        const bundle = typeof profile.endpointBundle === "function" ? profile.endpointBundle() : profile.endpointBundle;
        const { id } = verifyX509Svid(presentedChain(socket), new X509BundleSet(bundle === undefined ? [] : [bundle]), {
            now,
        });
        if (!id.equals(profile.endpointId)) {
            throw new FederationError(
                "wrong_endpoint_id",
                `the bundle endpoint at ${url.host} is ${id}, not ${profile.endpointId}`,
            );
        }
        return socket;
    } catch (error) {
        socket.destroy();
        throw error;
    } finally {
        signal.removeEventListener("abort", abort);
    }
}

async function readBody(response: IncomingMessage, url: URL): Promise<Buffer> {
    if (response.statusCode !== 200) {
        response.destroy();
        throw new FederationError(
            "http_status",
            `the bundle endpoint at ${url.host} answered with status ${response.statusCode}`,
        );
    }
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of response as AsyncIterable<Buffer>) {
        length += part.length;
        if (length > MAX_DOCUMENT_BYTES) {
            throw new FederationError(
                "too_large",
                `the bundle endpoint at ${url.host} sent more than ${MAX_DOCUMENT_BYTES} bytes`,
            );
        }
        parts.push(part);
    }
    return Buffer.concat(parts);
}
