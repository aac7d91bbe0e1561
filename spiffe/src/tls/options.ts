import { X509Certificate } from "node:crypto";
import type { ConnectionOptions, DetailedPeerCertificate, PeerCertificate } from "node:tls";

import { SpiffeError } from "../errors.js";
import type { X509Provider } from "../source.js";
import { MAX_CHAIN_LENGTH } from "../verify.js";
import { currentSnapshot, judgePeer } from "./peer.js";
import { checkIdentity, checkTlsPolicy } from "./policy-check.js";
import type { TlsPolicy } from "./policy.js";
import { clientContext, contextOptions } from "./policy.js";
import { HandshakeRecord } from "./record.js";

/**
 * Options of node:tls for libraries that connect by themselves, such as drivers of databases. They may be kept, copied and spread: each
 * connection made with them shows the SVID of its time, and is refused (an `error` of the socket, which is a {@link SpiffeError} where
 * this library refuses) unless the server is authenticated and authorized.
 *
 * OpenSSL verifies first, against all authorities of all bundles; this library then by the bundle of the server's own trust domain, as
 * SPIFFE wants it. So a server must please both; the clock is the system's. Where a library takes a socket or an agent, prefer
 * `connectSocket` and its kin: behind options the library can't close a connection whose authority is revoked, tell its peer, nor see a
 * session resumed. Turn off session caches of the library that uses them; `rejectUnauthorized: false` would undo everything.
 *
 * @throws {SpiffeError} `invalid_policy`. The secure context throws a `HandshakeError`, `no_identity`, while there is none.
 */
export function clientOptions(identity: X509Provider, policy: Omit<TlsPolicy, "now">): ConnectionOptions {
    checkIdentity(identity);
    checkTlsPolicy(policy);
    // A policy that can't be is told now, not at the first connection.
    contextOptions(undefined, policy);
    return {
        // Whatever is copied of it, node:tls asks it for the native context anew for every connection.
        secureContext: {
            get context(): unknown {
                return clientContext(currentSnapshot(identity), policy, true).context as unknown;
            },
        },
        // An agent of node:https puts sessions it has kept before the options it was given, so that this wins.
        session: undefined,
        rejectUnauthorized: true,
        checkServerIdentity: (host, certificate) => judge(certificate, host, identity, policy),
    };
}

function judge(
    certificate: PeerCertificate,
    host: string,
    identity: X509Provider,
    policy: TlsPolicy,
): Error | undefined {
    const record = new HandshakeRecord("client", policy.observer, { host });
    try {
        judgePeer(chainOf(certificate), identity, policy, record);
        record.success();
        return undefined;
    } catch (error) {
        record.failure(error);
        if (error instanceof SpiffeError) {
            return error;
        }
        return new SpiffeError("unauthorized", "the server could not be judged", { cause: error });
    }
}

/** The chain from the form that `checkServerIdentity` gets; cut one past what verification takes. */
function chainOf(leaf: PeerCertificate): X509Certificate[] {
    const chain: X509Certificate[] = [];
    let certificate: Partial<DetailedPeerCertificate> | undefined = leaf;
    while (certificate?.raw !== undefined && chain.length <= MAX_CHAIN_LENGTH) {
        chain.push(new X509Certificate(certificate.raw));
        const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
        // node:tls ends the list with an authority that is its own issuer.
        certificate = issuer === certificate ? undefined : issuer;
    }
    return chain;
}
