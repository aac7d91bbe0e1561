import {
    kindOf,
    requireBoolean,
    requireFunction,
    requireMethods,
    requireNames,
    requireNumber,
    requireObject,
    requireOneOf,
    requirePem,
} from "../arguments.js";
import { checkAuthorizer } from "../authorize.js";
import { ArgumentError } from "../errors.js";
import { checkLifetime } from "./lifetime.js";
import type { ClientPolicy } from "./client.js";
import type { ServerPolicy } from "./server.js";
import { readProxy } from "./tunnel.js";

/** Everything that a policy of either side may have: one policy can serve both. */
const POLICY_NAMES = Object.keys({
    authorize: true,
    kem: true,
    signature: true,
    allowTls12: true,
    strict: true,
    handshakeTimeoutMs: true,
    observer: true,
    now: true,
    closeOnPeerExpiry: true,
    closeOnWithdrawal: true,
    maxConnectionAgeMs: true,
    drainTimeoutMs: true,
    clientAuth: true,
    webCertificate: true,
    ALPNProtocols: true,
    presentSvid: true,
    webPki: true,
    proxy: true,
} satisfies Record<keyof (ServerPolicy & ClientPolicy) | "ALPNProtocols", true>);

/** @throws {ArgumentError} unless `identity` is an `X509Provider` */
export function checkIdentity(identity: unknown): void {
    requireMethods(identity, ["snapshot", "on", "off"], "identity", "an X509Provider such as an X509Source");
}

/**
 * Refuses a policy that plain JavaScript got wrong before a connection is made with it.
 *
 * @throws {ArgumentError}
 */
export function checkTlsPolicy(policy: unknown): void {
    if (policy === undefined) {
        throw new ArgumentError(`policy must be an object with authorize, it is ${kindOf(policy)}`);
    }
    requireNames(policy, POLICY_NAMES, "policy");
    const { authorize, handshakeTimeoutMs, observer, now, ...rest } = policy as Partial<ServerPolicy & ClientPolicy>;
    checkAuthorizer(authorize, "policy.authorize");
    checkWord(rest.kem, ["prefer", "require"], "policy.kem");
    checkWord(rest.signature, ["any", "ml-dsa-65"], "policy.signature");
    checkWord(rest.clientAuth, ["required", "optional", "none"], "policy.clientAuth");
    for (const name of ["allowTls12", "closeOnPeerExpiry", "closeOnWithdrawal", "presentSvid", "strict"] as const) {
        if (rest[name] !== undefined) {
            requireBoolean(rest[name], `policy.${name}`);
        }
    }
    if (handshakeTimeoutMs !== undefined) {
        requireNumber(handshakeTimeoutMs, "policy.handshakeTimeoutMs", 1);
    }
    for (const [name, callback] of Object.entries({ observer, now })) {
        if (callback !== undefined) {
            requireFunction(callback, `policy.${name}`);
        }
    }
    checkWeb(rest);
    if (rest.proxy !== undefined) {
        readProxy(rest.proxy, "policy.proxy");
    }
    checkLifetime(rest);
}

function checkWeb({ webCertificate, webPki }: Partial<ServerPolicy & ClientPolicy>): void {
    if (webCertificate !== undefined) {
        requireObject(webCertificate, "policy.webCertificate");
        requirePem(webCertificate.cert, "policy.webCertificate.cert");
        requirePem(webCertificate.key, "policy.webCertificate.key");
    }
    if (webPki !== undefined) {
        requireObject(webPki, "policy.webPki");
        if (webPki.ca !== undefined) {
            requirePem(webPki.ca, "policy.webPki.ca", true);
        }
    }
}

function checkWord(value: unknown, allowed: readonly string[], name: string): void {
    if (value !== undefined) {
        requireOneOf(value, allowed, name);
    }
}
