import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";

import { requireObject } from "../arguments.js";
import type { AuthorizedConnection } from "../authorize.js";
import { authorizePeer } from "../authorize.js";
import { brandSymbol } from "../brand.js";
import { timeBy } from "../clock.js";
import { SpiffeError } from "../errors.js";
import type { SpiffeId } from "../id.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import { MAX_CHAIN_LENGTH } from "../verify.js";
import type { TlsGroup } from "./group.js";
import { negotiatedGroup, REQUIRED_GROUP, UNKNOWN_GROUP } from "./group.js";
import { HandshakeError } from "./observer.js";
import type { ContextPolicy, TlsPolicy } from "./policy.js";
import type { HandshakeRecord } from "./record.js";
import { VerifiedChains } from "./verified-chains.js";

/** Whom a connection has been authenticated with. */
export interface Peer {
    readonly id: SpiffeId;
    /** The verified path, leaf first, trust anchor last. */
    readonly chain: readonly X509Certificate[];
    readonly group: TlsGroup;
}

/** Shared by all identities: an entry counts only for the bundle it was made by. */
const verified = new VerifiedChains();

/** A peer together with what is needed to judge it again. */
export interface JudgedPeer extends Peer {
    readonly presented: readonly X509Certificate[];
    readonly at: Date;
}

/**
 * Under this key a verified peer stands on its socket, whichever copy of this package put it there; the proxies that node:http2 puts
 * before sockets let it through.
 */
const PEER = brandSymbol("peer");

interface HasSocket {
    readonly socket?: unknown;
}

/**
 * The peer of a socket, of an http or http2 request, or of an http2 session.
 *
 * @returns undefined when the connection isn't one of this library, or its client wasn't asked for an SVID
 * @throws {ArgumentError} for what is no object
 */
export function peerOf(connection: object): Peer | undefined {
    requireObject(connection, "connection");
    const direct: unknown = Reflect.get(connection, PEER);
    if (direct !== undefined) {
        return direct as Peer;
    }
    const { socket } = connection as HasSocket;
    return typeof socket === "object" && socket !== null && socket !== connection ? peerOf(socket) : undefined;
}

/** Notes the peer on its socket. */
export function setPeer(socket: TLSSocket, peer: Peer): void {
    Object.defineProperty(socket, PEER, { value: peer });
}

/**
 * What both sides ask of a finished handshake before anything else: a protocol version of the policy, a fresh session, and a hybrid
 * group where one is required. The context settles all three; a second look costs nothing.
 */
export function checkSession(socket: TLSSocket, policy: ContextPolicy): TlsGroup {
    const version = socket.getProtocol();
    if (version !== "TLSv1.3" && !(version === "TLSv1.2" && policy.allowTls12 === true)) {
        throw new HandshakeError("tls_version", `the connection speaks ${version ?? "no TLS"}, not TLSv1.3`);
    }
    if (socket.isSessionReused()) {
        throw new HandshakeError("resumed", "the peer resumed a session, so it wasn't authenticated anew");
    }
    // Where one group only was offered, it is that one.
    const group = negotiatedGroup(socket, policy.kem === "require" ? REQUIRED_GROUP : UNKNOWN_GROUP);
    if (policy.kem === "require" && !group.pqc) {
        throw new HandshakeError("key_exchange", `key exchange by ${group.name}, but a hybrid with ML-KEM is required`);
    }
    return group;
}

/**
 * Authenticates and authorizes the peer of a finished handshake.
 *
 * @param presented what {@link presentedChain} gave
 * @param record of the handshake, with its group noted
 * @throws {SpiffeError} its `code` is the reason
 */
export function judgePeer(
    presented: readonly X509Certificate[],
    identity: X509Provider,
    policy: TlsPolicy,
    record: HandshakeRecord,
): JudgedPeer {
    record.presented(presented);
    const at = timeBy(policy.now);
    const { bundles } = currentSnapshot(identity);
    const { id, chain } = verified.verify(presented, bundles, at, policy.strict);
    record.peer = id;
    authorizePeer(policy.authorize, id, chain, authorizedConnection(record));
    return { id, chain, group: record.group ?? UNKNOWN_GROUP, presented, at };
}

/** What an authorizer is told of a connection. */
export function authorizedConnection({ side, target, address }: HandshakeRecord): AuthorizedConnection {
    return { side, target: target?.host, remoteAddress: address };
}

/** The snapshot, with every failure told as `no_identity`: it is our side's fault, not the peer's. */
export function currentSnapshot(identity: X509Provider): X509Snapshot {
    try {
        return identity.snapshot();
    } catch (error) {
        if (error instanceof SpiffeError) {
            throw new HandshakeError("no_identity", error.message, { cause: error });
        }
        throw error;
    }
}

/**
 * The snapshot, if the SVID in it can be shown.
 *
 * @throws {HandshakeError} `no_identity`, also for an SVID that has expired: a provider may not look at the clock
 */
export function presentableSnapshot(identity: X509Provider, policy: Pick<TlsPolicy, "now">): X509Snapshot {
    const snapshot = currentSnapshot(identity);
    const { id, notAfter } = snapshot.svid;
    if (notAfter < timeBy(policy.now)) {
        throw new HandshakeError("no_identity", `${id}: our own SVID expired at ${notAfter.toISOString()}`);
    }
    return snapshot;
}

/**
 * The chain exactly as presented. Must be called once for a connection: on Node.js 24 clients a second call finds nothing.
 * A chain longer than verification takes is cut one past the limit, so that it is refused for its length.
 */
export function presentedChain(socket: TLSSocket): X509Certificate[] {
    const chain: X509Certificate[] = [];
    let certificate = socket.getPeerX509Certificate();
    while (certificate !== undefined && chain.length <= MAX_CHAIN_LENGTH) {
        chain.push(certificate);
        certificate = certificate.issuerCertificate;
    }
    return chain;
}
