import { requireFunction, requireMethods, requireNumber, requireOneOf, requireOptions } from "../arguments.js";
import { checkAuthorizer } from "../authorize.js";
import { ArgumentError } from "../errors.js";
import { kindOf } from "../arguments.js";
import { checkLifetime } from "./lifetime.js";
import type { ServerPolicy } from "./server.js";

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
    requireOptions(policy, "policy");
    const { authorize, kem, signature, clientAuth, handshakeTimeoutMs, observer, now, ...lifetime } =
        policy as Partial<ServerPolicy>;
    checkAuthorizer(authorize, "policy.authorize");
    checkWord(kem, ["prefer", "require"], "policy.kem");
    checkWord(signature, ["any", "ml-dsa-65"], "policy.signature");
    checkWord(clientAuth, ["required", "optional", "none"], "policy.clientAuth");
    if (handshakeTimeoutMs !== undefined) {
        requireNumber(handshakeTimeoutMs, "policy.handshakeTimeoutMs", 1);
    }
    for (const [name, callback] of Object.entries({ observer, now })) {
        if (callback !== undefined) {
            requireFunction(callback, `policy.${name}`);
        }
    }
    checkLifetime(lifetime);
}

function checkWord(value: unknown, allowed: readonly string[], name: string): void {
    if (value !== undefined) {
        requireOneOf(value, allowed, name);
    }
}
