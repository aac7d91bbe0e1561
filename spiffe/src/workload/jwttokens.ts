import { NoIdentityIssuedError } from "../errors.js";
import type { JwtSvid } from "../jwtsvid.js";
import type { BackoffCurve } from "./backoff.js";
import { Backoff } from "./backoff.js";
import type { WorkloadApiClient } from "./client.js";
import type { readRequest } from "./jwtmessages.js";

/** Tokens of one answer; the first is of the default identity. */
export type JwtSvids = readonly [JwtSvid, ...JwtSvid[]];

type Request = ReturnType<typeof readRequest>;

/** Most answers kept; the ones used longest ago go first. */
const MAX_CACHED = 1_000;

/** Between attempts to renew a token that can still be used. */
const RENEWAL_CURVE: BackoffCurve = { initialMs: 1_000, maxMs: 30_000, factor: 1.6 };

interface Entry {
    readonly svids: JwtSvids;
    /** The SPIFFE ID asked for; empty when none was. */
    readonly asked: string;
    readonly expiresAt: number;
    readonly backoff: Backoff;
    /** From then on new tokens are fetched in the background, in milliseconds of the epoch. */
    renewAt: number;
}

/** The tokens of a `JwtSource`. */
export class TokenCache {
    private readonly entries = new Map<string, Entry>();
    private readonly requests = new Map<string, Promise<JwtSvids>>();
    /** Grows when all is dropped, so that an answer of before isn't kept after it. */
    private generation = 0;

    constructor(
        private readonly client: WorkloadApiClient,
        private readonly now: () => Date,
        private readonly random: (() => number) | undefined,
    ) {}

    /** Tokens that haven't expired. @throws {WorkloadApiError} */
    async get(request: Request, timeoutMs?: number): Promise<JwtSvids> {
        const asked = request.spiffeId?.toString() ?? "";
        const key = JSON.stringify([asked, [...request.audience].sort()]);
        const entry = this.entries.get(key);
        const now = this.now().getTime();
        if (entry === undefined || now >= entry.expiresAt) {
            return this.renew(key, asked, request, timeoutMs);
        }
        this.keep(key, entry);
        if (now >= entry.renewAt) {
            this.renew(key, asked, request, timeoutMs).catch(() => {
                // Told to the client's observer; the token at hand is good for a while.
                entry.renewAt = this.now().getTime() + entry.backoff.next();
            });
        }
        return entry.svids;
    }

    clear(): void {
        this.generation += 1;
        this.entries.clear();
    }

    private renew(key: string, asked: string, request: Request, timeoutMs: number | undefined): Promise<JwtSvids> {
        const pending = this.requests.get(key);
        if (pending !== undefined) {
            return pending;
        }
        const started = this.fetch(key, asked, request, timeoutMs).finally(() => this.requests.delete(key));
        this.requests.set(key, started);
        return started;
    }

    private async fetch(
        key: string,
        asked: string,
        request: Request,
        timeoutMs: number | undefined,
    ): Promise<JwtSvids> {
        const { generation } = this;
        try {
            const svids = await this.client.fetchJwtSvids(request, { timeoutMs });
            if (generation === this.generation) {
                this.keep(key, this.entry(svids, asked));
            }
            return svids;
        } catch (error) {
            if (error instanceof NoIdentityIssuedError) {
                this.drop(asked);
            }
            throw error;
        }
    }

    private entry(svids: JwtSvids, asked: string): Entry {
        const now = this.now().getTime();
        const expiresAt = Math.min(...svids.map(({ expiry }) => expiry.getTime()));
        const issued = Math.min(now, ...svids.map(({ issuedAt }) => issuedAt?.getTime() ?? now));
        const renewAt = issued + (expiresAt - issued) / 2;
        return { svids, asked, expiresAt, renewAt, backoff: new Backoff(RENEWAL_CURVE, this.random) };
    }

    /** PermissionDenied for one identity says nothing of the others (SPIFFE_Workload_API section 6.2.1). */
    private drop(asked: string): void {
        if (asked === "") {
            this.clear();
            return;
        }
        for (const [key, entry] of this.entries) {
            if (entry.asked === asked) {
                this.entries.delete(key);
            }
        }
    }

    /** A Map keeps the order of insertion: what is put in again moves to the end, and the front is the oldest. */
    private keep(key: string, entry: Entry): void {
        this.entries.delete(key);
        this.entries.set(key, entry);
        const [oldest] = this.entries.keys();
        if (this.entries.size > MAX_CACHED && oldest !== undefined) {
            this.entries.delete(oldest);
        }
    }
}
