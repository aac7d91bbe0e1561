import type { TLSSocket } from "node:tls";

import { SpiffeError } from "../errors.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import { verifyX509Svid } from "../verify.js";
import type { HandshakeObserver } from "./observer.js";
import type { JudgedPeer } from "./peer.js";

interface Connection {
    readonly side: "client" | "server";
    readonly peer: JudgedPeer;
    readonly observer: HandshakeObserver | undefined;
}

const watches = new WeakMap<X509Provider, TrustWatch>();

/**
 * Closes a connection as soon as a bundle update takes away the authority that vouched for its peer, so that a revoked trust domain is
 * out at once and not when its connections end. Expiry alone closes nothing: SVIDs are short-lived, connections may be long.
 */
export function watchTrust(identity: X509Provider, socket: TLSSocket, connection: Connection): void {
    let watch = watches.get(identity);
    if (watch === undefined) {
        watch = new TrustWatch(identity);
        watches.set(identity, watch);
    }
    watch.add(socket, connection);
}

/** All live connections of one identity; listens to it only while there are any. */
class TrustWatch {
    private readonly connections = new Map<TLSSocket, Connection>();
    private readonly onUpdate = (snapshot: X509Snapshot): void => this.recheck(snapshot);

    constructor(private readonly identity: X509Provider) {}

    add(socket: TLSSocket, connection: Connection): void {
        if (socket.destroyed) {
            return;
        }
        if (this.connections.size === 0) {
            this.identity.on("update", this.onUpdate);
        }
        this.connections.set(socket, connection);
        socket.once("close", () => {
            this.connections.delete(socket);
            if (this.connections.size === 0) {
                this.identity.off("update", this.onUpdate);
            }
        });
    }

    private recheck(snapshot: X509Snapshot): void {
        for (const [socket, { side, peer, observer }] of this.connections) {
            const fault = distrust(peer, snapshot);
            if (fault !== undefined) {
                observer?.({ side, result: "failure", reason: "distrusted", group: peer.group, message: fault });
                socket.destroy();
            }
        }
    }
}

/** Why a peer is no longer trusted, judged at the time of its handshake; undefined while it is. */
function distrust(peer: JudgedPeer, { bundles }: X509Snapshot): string | undefined {
    const anchor = peer.chain.at(-1);
    const authorities = bundles.get(peer.id.trustDomain)?.authorities ?? [];
    if (anchor !== undefined && authorities.some((authority) => authority.raw.equals(anchor.raw))) {
        return undefined;
    }
    try {
        verifyX509Svid(peer.presented, bundles, { now: peer.at });
        return undefined;
    } catch (error) {
        if (error instanceof SpiffeError) {
            return error.message;
        }
        throw error;
    }
}
