import type { TLSSocket } from "node:tls";

import { derUint, openDer, Tag } from "../der.js";
import { DerError } from "../errors.js";

/** The key exchange group of a handshake. */
export interface TlsGroup {
    /** IANA name, such as `X25519MLKEM768`; `unknown` where it can't be told. */
    readonly name: string;
    /** Whether the exchange holds against a quantum computer: a KEM takes part in it. */
    readonly pqc: boolean;
}

/** Hybrid of X25519 and ML-KEM-768 (FIPS 203), the group this library prefers or requires. */
export const HYBRID_GROUP = "X25519MLKEM768";
/** The classical groups that `kem: "prefer"` falls back to, by OpenSSL's names. */
export const CLASSICAL_GROUPS = ["X25519", "P-256", "P-384"] as const;

/** TLS Supported Groups registry of IANA, as far as OpenSSL 3.5 speaks it. */
const GROUPS: ReadonlyMap<number, TlsGroup> = new Map([
    [0x0017, { name: "secp256r1", pqc: false }],
    [0x0018, { name: "secp384r1", pqc: false }],
    [0x0019, { name: "secp521r1", pqc: false }],
    [0x001d, { name: "X25519", pqc: false }],
    [0x001e, { name: "X448", pqc: false }],
    [0x0200, { name: "MLKEM512", pqc: true }],
    [0x0201, { name: "MLKEM768", pqc: true }],
    [0x0202, { name: "MLKEM1024", pqc: true }],
    [0x11eb, { name: "SecP256r1MLKEM768", pqc: true }],
    [0x11ec, { name: HYBRID_GROUP, pqc: true }],
    [0x11ed, { name: "SecP384r1MLKEM1024", pqc: true }],
]);

/** OpenSSL's names of classical curves, as `getEphemeralKeyInfo()` gives them. */
const OPENSSL_NAMES: ReadonlyMap<string, string> = new Map([
    ["prime256v1", "secp256r1"],
    ["P-256", "secp256r1"],
    ["P-384", "secp384r1"],
    ["P-521", "secp521r1"],
]);

/** What a handshake came by that offered the hybrid only. */
export const REQUIRED_GROUP: TlsGroup = Object.freeze({ name: HYBRID_GROUP, pqc: true });

export const UNKNOWN_GROUP: TlsGroup = Object.freeze({ name: "unknown", pqc: false });

/** Field [19] of OpenSSL's SSL_SESSION: the number of the key exchange group. */
const SESSION_GROUP_TAG = Tag.contextConstructed(19);

/**
 * The group number in a serialised TLS session (`tlsSocket.getSession()`): the only place where Node.js shows a server which group
 * was negotiated.
 *
 * @returns undefined when the session carries none or isn't one
 */
export function sessionGroup(session: Uint8Array): number | undefined {
    try {
        const fields = openDer(session);
        while (!fields.done) {
            const field = fields.read();
            if (field.tag === SESSION_GROUP_TAG) {
                return derUint(openDer(field.raw, SESSION_GROUP_TAG).read(Tag.integer).content);
            }
        }
    } catch (error) {
        if (!(error instanceof DerError)) {
            throw error;
        }
    }
    return undefined;
}

/**
 * The group that a finished handshake negotiated, on either side.
 *
 * @param otherwise what it was where that can't be told, as with clients on Node.js 22
 */
export function negotiatedGroup(socket: TLSSocket, otherwise = UNKNOWN_GROUP): TlsGroup {
    const session = socket.getSession();
    const number = session === undefined ? undefined : sessionGroup(session);
    if (number !== undefined) {
        return GROUPS.get(number) ?? { name: `0x${number.toString(16).padStart(4, "0")}`, pqc: false };
    }
    // Clients get their session only with the first ticket, but know the key by name.
    const info = socket.getEphemeralKeyInfo();
    if (info === null || !("name" in info) || typeof info.name !== "string") {
        return otherwise;
    }
    const name = OPENSSL_NAMES.get(info.name) ?? info.name;
    return Array.from(GROUPS.values()).find((group) => group.name === name) ?? { name, pqc: false };
}
