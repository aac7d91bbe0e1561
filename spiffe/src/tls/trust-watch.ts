import type { TLSSocket } from "node:tls";

import { authorizePeer, onAuthorizerChange } from "../authorize.js";
import { timeBy } from "../clock.js";
import { SpiffeError } from "../errors.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import { subscribe } from "../subscription.js";
import { verifyX509Svid } from "../verify.js";
import type { X509Svid } from "../x509svid.js";
import { ConnectionLife, lifeOf } from "./lifetime.js";
import type { JudgedPeer } from "./peer.js";
import { authorizedConnection } from "./peer.js";
import type { TlsPolicy } from "./policy.js";
import type { HandshakeRecord } from "./record.js";

/** One admitted connection, and all that is needed to judge it again. */
export interface LiveConnection {
    /** Undefined when the other side showed no SVID. */
    readonly peer: JudgedPeer | undefined;
    /** What we showed, unless it was something else or nothing. */
    readonly shown: X509Svid | undefined;
    readonly policy: TlsPolicy;
    readonly record: HandshakeRecord;
}

const watches = new WeakMap<X509Provider, TrustWatch>();

/**
 * Looks after an admitted connection until it closes. It is cut as soon as an update takes away the authority that vouched for its peer,
 * a reloaded policy refuses the peer, or our own identity is withdrawn; and it ends in peace when its time is over.
 */
export function watchConnection(identity: X509Provider, socket: TLSSocket, connection: LiveConnection): void {
    let watch = watches.get(identity);
    if (watch === undefined) {
        watch = new TrustWatch(identity);
        watches.set(identity, watch);
    }
    watch.add(socket, connection);
}

/** All live connections of one identity; listens to it only while there are any. */
class TrustWatch {
    private readonly connections = new Map<TLSSocket, LiveConnection>();
    private unsubscribe: (() => void) | undefined;

    constructor(private readonly identity: X509Provider) {}

    add(socket: TLSSocket, connection: LiveConnection): void {
        if (socket.destroyed) {
            return;
        }
        this.unsubscribe ??= subscribe(this.identity, {
            update: (snapshot) => this.recheck(snapshot),
            withdrawn: () => this.withdraw(),
        });
        this.connections.set(socket, connection);
        const unwatch = onAuthorizerChange(connection.policy.authorize, () => reauthorize(socket, connection));
        socket.once("close", () => {
            unwatch();
            this.connections.delete(socket);
            if (this.connections.size === 0) {
                this.unsubscribe?.();
                this.unsubscribe = undefined;
            }
        });
        const { policy, record } = connection;
        new ConnectionLife(socket, policy, record).start(firstExpiry(connection), () => timeBy(policy.now));
    }

    private recheck(snapshot: X509Snapshot): void {
        for (const [socket, { peer, policy, record }] of this.connections) {
            const fault = peer === undefined ? undefined : distrust(peer, policy, snapshot);
            if (fault !== undefined) {
                socket.destroy();
                record.later("distrusted", fault);
            }
        }
    }

    private withdraw(): void {
        for (const [socket, { policy }] of this.connections) {
            if (policy.closeOnWithdrawal !== false) {
                lifeOf(socket)?.end("identity_withdrawn", "our own identity was withdrawn");
            }
        }
    }
}

function reauthorize(socket: TLSSocket, { peer, policy, record }: LiveConnection): void {
    if (peer === undefined) {
        return;
    }
    try {
        authorizePeer(policy.authorize, peer.id, peer.chain, authorizedConnection(record));
    } catch (error) {
        socket.destroy();
        record.later("deauthorized", error instanceof Error ? error.message : String(error));
    }
}

/** When the first of the certificates that the connection rests on expires. */
function firstExpiry({ peer, shown }: LiveConnection): Date | undefined {
    const ends = [
        ...(peer?.chain.map((certificate) => certificate.validToDate.getTime()) ?? []),
        ...(shown === undefined ? [] : [shown.notAfter.getTime()]),
    ];
    return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}

/** Why a peer is no longer trusted, judged at the time of its handshake; undefined while it is. */
function distrust(peer: JudgedPeer, { strict }: TlsPolicy, { bundles }: X509Snapshot): string | undefined {
    const anchor = peer.chain.at(-1);
    const authorities = bundles.get(peer.id.trustDomain)?.authorities ?? [];
    if (anchor !== undefined && authorities.some((authority) => authority.raw.equals(anchor.raw))) {
        return undefined;
    }
    try {
        verifyX509Svid(peer.presented, bundles, { now: peer.at, strict });
        return undefined;
    } catch (error) {
        if (error instanceof SpiffeError) {
            return error.message;
        }
        throw error;
    }
}
