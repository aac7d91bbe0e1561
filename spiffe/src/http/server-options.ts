import type { ServerOptions } from "node:http";
import type { SecureServerOptions } from "node:http2";

import { requireNames } from "../arguments.js";

/** Options of node:http that may be passed on: none of them touches TLS, which is the policy's. */
const HTTP_OPTIONS = [
    "connectionsCheckingInterval",
    "headersTimeout",
    "highWaterMark",
    "IncomingMessage",
    "insecureHTTPParser",
    "joinDuplicateHeaders",
    "keepAlive",
    "keepAliveInitialDelay",
    "keepAliveTimeout",
    "keepAliveTimeoutBuffer",
    "maxHeaderSize",
    "optimizeEmptyRequests",
    "rejectNonStandardBodyWrites",
    "requestTimeout",
    "requireHostHeader",
    "ServerResponse",
    "shouldUpgradeCallback",
    "uniqueHeaders",
] as const;

/** The same of node:http2. */
const HTTP2_OPTIONS = [
    "allowHTTP1",
    "Http1IncomingMessage",
    "Http1ServerResponse",
    "Http2ServerRequest",
    "Http2ServerResponse",
    "maxDeflateDynamicTableSize",
    "maxHeaderListPairs",
    "maxOutstandingPings",
    "maxSendHeaderBlockLength",
    "maxSessionInvalidFrames",
    "maxSessionMemory",
    "maxSessionRejectedStreams",
    "maxSettings",
    "paddingStrategy",
    "peerMaxConcurrentStreams",
    "remoteCustomSettings",
    "settings",
    "streamResetBurst",
    "streamResetRate",
    "strictFieldWhitespaceValidation",
    "unknownProtocolTimeout",
] as const;

/** Options of `http.createServer` for an HTTPS server; those of TLS are the policy's. */
export type HttpServerOptions = Pick<ServerOptions, Extract<(typeof HTTP_OPTIONS)[number], keyof ServerOptions>>;

/** Options of `http2.createSecureServer` for an HTTP/2 server; those of TLS are the policy's. */
export type Http2ServerOptions = Pick<
    SecureServerOptions,
    Extract<(typeof HTTP2_OPTIONS)[number], keyof SecureServerOptions>
>;

/** @throws {ArgumentError} for options that aren't of node:http: one such as `SNICallback` would show clients another certificate */
export function checkHttpOptions(options: unknown): void {
    requireNames(options, HTTP_OPTIONS, "options");
}

/** @throws {ArgumentError} for options that aren't of node:http2 */
export function checkHttp2Options(options: unknown): void {
    requireNames(options, HTTP2_OPTIONS, "options");
}
