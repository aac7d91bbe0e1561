import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";

import { readCertificate } from "../certificate.js";
import type { SpiffeId } from "../id.js";
import type { TlsGroup } from "./group.js";
import type { ClosingReason, HandshakeEvent, HandshakeFailureReason, HandshakeObserver } from "./observer.js";
import { failureEvent, notify } from "./observer.js";

/** The other end of a socket, such as `10.1.2.3:41000` or `[::1]:443`; undefined over a Unix domain socket or once it is closed. */
export function remoteAddressOf(socket: Pick<TLSSocket, "remoteAddress" | "remotePort">): string | undefined {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
        return undefined;
    }
    return remoteAddress.includes(":") ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}

/** Where a client connects to, or the server name its client asked a server for. */
export interface Target {
    /** Host name or address, or the path of a Unix domain socket. */
    readonly host: string;
    readonly port?: number;
}

/** What is known of one handshake so far. Tells the observer of its outcome, and of the end of its connection. */
export class HandshakeRecord {
    group: TlsGroup | undefined;
    /** Set once the chain is verified. */
    peer: SpiffeId | undefined;
    private readonly startedAt = performance.now();
    private remoteAddress: string | undefined;
    private leaf: X509Certificate | undefined;

    constructor(
        readonly side: "client" | "server",
        private readonly observer: HandshakeObserver | undefined,
        readonly target?: Target,
    ) {}

    /** Notes the address of the other side while the socket still knows it. */
    connected(socket: TLSSocket): this {
        this.remoteAddress ??= remoteAddressOf(socket);
        return this;
    }

    /** The address of the other side as far as it is known. */
    get address(): string | undefined {
        return this.remoteAddress;
    }

    /** Notes what the peer presented, not verified yet. */
    presented(chain: readonly X509Certificate[]): void {
        this.leaf = chain[0];
    }

    success(): void {
        notify(this.observer, { side: this.side, result: "success", ...this.known(), ...this.duration() });
    }

    /** @param gaveUp the error is only this side's own reason not to wait any longer */
    failure(error: unknown, gaveUp = false): void {
        const event = failureEvent(this.side, error, gaveUp);
        notify(this.observer, { ...event, ...this.known(), ...this.duration() });
    }

    /** Something that went wrong after a successful handshake. */
    later(reason: HandshakeFailureReason, message: string): void {
        notify(this.observer, { side: this.side, result: "failure", reason, message, ...this.known() });
    }

    closing(reason: ClosingReason, message: string): void {
        notify(this.observer, { side: this.side, result: "closed", reason, message, ...this.known() });
    }

    private known(): Partial<HandshakeEvent> {
        const { group, peer, remoteAddress, leaf } = this;
        const { host, port } = this.target ?? {};
        const target = host === undefined || port === undefined ? host : `${host}:${port}`;
        const claimedId = peer === undefined && leaf !== undefined ? claimOf(leaf) : undefined;
        return Object.fromEntries(
            Object.entries({ group, peer, claimedId, serial: leaf?.serialNumber, remoteAddress, target }).filter(
                ([, value]) => value !== undefined,
            ),
        );
    }

    /** A server doesn't know when its client began. */
    private duration(): Partial<HandshakeEvent> {
        return this.side === "client" ? { durationMs: performance.now() - this.startedAt } : {};
    }
}

/** The first URI in a certificate nobody has verified, cut to what fits into a log. */
function claimOf(leaf: X509Certificate): string | undefined {
    try {
        return readCertificate(leaf).uris[0]?.slice(0, 2048);
    } catch {
        // It is what was refused as malformed.
        return undefined;
    }
}
