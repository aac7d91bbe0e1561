import type {
    ClientHttp2Session,
    ClientHttp2Stream,
    ClientSessionRequestOptions,
    OutgoingHttpHeaders,
    SecureClientSessionOptions,
} from "node:http2";

import { ArgumentError } from "../errors.js";
import type { X509Provider } from "../source.js";
import { subscribe } from "../subscription.js";
import type { ClientPolicy } from "./client.js";
import { connectHttp2 } from "./http2.js";
import { currentSnapshot } from "./peer.js";
import { checkIdentity, checkTlsPolicy } from "./policy-check.js";

/** What a {@link SpiffeHttp2Pool} can be told about its sessions. */
export type Http2PoolOptions = Pick<SecureClientSessionOptions, "settings" | "maxSessionMemory">;

/**
 * HTTP/2 by SVID with one session for each origin, opened when it is needed and again when it was lost. After a rotation new requests go
 * over new sessions; the streams under way end on the old.
 */
export class SpiffeHttp2Pool {
    private readonly sessions = new Map<string, Promise<ClientHttp2Session>>();
    private readonly ending = new Set<ClientHttp2Session>();
    private readonly unsubscribe: () => void;
    private closed = false;

    constructor(
        private readonly identity: X509Provider,
        private readonly policy: ClientPolicy,
        private readonly options: Http2PoolOptions = {},
    ) {
        checkIdentity(identity);
        checkTlsPolicy(policy);
        const renew = (): void => this.retireAll();
        this.unsubscribe = subscribe(identity, { update: renew, withdrawn: renew });
    }

    /**
     * A stream to an authenticated and authorized server. Write the body to it; a request without one ends by itself.
     *
     * @param url https only; its path becomes `:path`
     * @param headers others, `:method` for one
     * @throws {SpiffeError} as `connectHttp2` does
     */
    async request(
        url: string | URL,
        headers: OutgoingHttpHeaders = {},
        options: ClientSessionRequestOptions = {},
    ): Promise<ClientHttp2Stream> {
        const { protocol, origin, pathname, search } = new URL(url);
        if (protocol !== "https:") {
            throw new ArgumentError(`url is not https but ${protocol}, so its server can't be authenticated`);
        }
        currentSnapshot(this.identity);
        const session = await this.session(origin);
        return session.request({ ":path": pathname + search, ...headers }, options);
    }

    /** Takes no more requests; resolves when those under way are done. */
    async close(): Promise<void> {
        this.closed = true;
        this.unsubscribe();
        await Promise.allSettled(this.sessions.values());
        this.retireAll();
        await Promise.all(
            Array.from(this.ending, (session) => new Promise((resolve) => session.once("close", resolve))),
        );
    }

    private async session(origin: string): Promise<ClientHttp2Session> {
        if (this.closed) {
            throw new ArgumentError("the pool of HTTP/2 sessions is closed");
        }
        const known = this.sessions.get(origin);
        const former = await known?.catch(() => undefined);
        if (former !== undefined && !former.closed && !former.destroyed) {
            return former;
        }
        if (this.sessions.get(origin) !== known) {
            // Another request has opened one meanwhile, or a rotation has put it away.
            return this.session(origin);
        }
        const opening = connectHttp2(this.identity, this.policy, origin, this.options);
        this.sessions.set(origin, opening);
        try {
            const session = await opening;
            session.on("error", () => {});
            if (this.sessions.get(origin) !== opening) {
                // The identity changed while it was opened.
                this.retire(session);
                return await this.session(origin);
            }
            return session;
        } catch (error) {
            if (this.sessions.get(origin) === opening) {
                this.sessions.delete(origin);
            }
            throw error;
        }
    }

    private retireAll(): void {
        const former = Array.from(this.sessions.values());
        this.sessions.clear();
        for (const opening of former) {
            opening.then(
                (session) => this.retire(session),
                () => {},
            );
        }
    }

    /** Ends a session when its streams are done. */
    private retire(session: ClientHttp2Session): void {
        if (!session.destroyed && !this.ending.has(session)) {
            this.ending.add(session);
            session.once("close", () => this.ending.delete(session));
            session.close();
        }
    }
}
