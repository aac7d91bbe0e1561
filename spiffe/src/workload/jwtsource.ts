import type { JwtBundleSet } from "../jwtbundle.js";
import type { JwtValidationOptions } from "../jwtsvid.js";
import { JwtSvid } from "../jwtsvid.js";
import { JwtSvidError, NoIdentityIssuedError } from "../errors.js";
import { abortable } from "./abort.js";
import { BundleSource } from "./bundlesource.js";
import type { JwtSvidRequest, WorkloadApiClient } from "./client.js";
import type { SourceHealth, SourceOptions } from "./sourceoptions.js";
import { clientFor } from "./sourceoptions.js";

export interface JwtSourceOptions extends SourceOptions {
    /** Hears of every token that {@link JwtSource.validate} refuses; see `SpiffeMetrics.refusedTokens`. */
    readonly onRefused?: (refusal: JwtSvidError) => void;
}

/** Most tokens kept; the ones used longest ago go first. */
const MAX_CACHED_TOKENS = 1_000;

interface CachedToken {
    readonly svid: JwtSvid;
    /** From then on a new token is fetched, in milliseconds of the epoch. */
    readonly renewAt: number;
}

/**
 * Hands out JWT-SVIDs and validates those of peers. Tokens are kept until half of their life is over; calls for the same token
 * share one request; while the endpoint is away a token that hasn't expired is still handed out.
 */
export class JwtSource {
    private readonly tokens = new Map<string, CachedToken>();
    private readonly requests = new Map<string, Promise<JwtSvid>>();
    private readonly now: () => Date;

    private constructor(
        private readonly client: WorkloadApiClient,
        private readonly release: () => void,
        private readonly bundleSource: BundleSource,
        private readonly options: JwtSourceOptions,
    ) {
        this.now = options.now ?? (() => new Date());
    }

    /** Connects and waits for the JWT bundles. @throws {WorkloadApiError} as `X509Source.start` does */
    static async start(options: JwtSourceOptions = {}): Promise<JwtSource> {
        const { client, release } = clientFor(options);
        try {
            const bundles = await BundleSource.start({ ...options, client, kinds: ["jwt"] });
            return new JwtSource(client, release, bundles, options);
        } catch (error) {
            release();
            throw error;
        }
    }

    /**
     * A token for an audience.
     *
     * @throws {WorkloadApiError} {@link NoIdentityIssuedError} when the identity is gone, which also drops what was kept
     */
    async fetch(request: JwtSvidRequest, options: { readonly signal?: AbortSignal } = {}): Promise<JwtSvid> {
        const key = JSON.stringify([request.spiffeId?.toString() ?? "", [...request.audience].sort()]);
        const cached = this.tokens.get(key);
        const now = this.now().getTime();
        if (cached !== undefined && now < cached.renewAt) {
            this.keep(key, cached);
            return cached.svid;
        }
        try {
            return await abortable(this.renew(key, request), options.signal);
        } catch (error) {
            options.signal?.throwIfAborted();
            if (error instanceof NoIdentityIssuedError) {
                this.tokens.clear();
            } else if (cached !== undefined && now < cached.svid.expiry.getTime()) {
                return cached.svid;
            }
            throw error;
        }
    }

    /** Validates a peer's token with the current bundles. @throws {JwtSvidError} */
    async validate(
        token: string,
        audience: readonly [string, ...string[]],
        options: Omit<JwtValidationOptions, "now"> = {},
    ): Promise<JwtSvid> {
        try {
            return await JwtSvid.parseAndValidate(token, audience, this.bundles(), { ...options, now: this.now() });
        } catch (error) {
            if (error instanceof JwtSvidError) {
                this.options.onRefused?.(error);
            }
            throw error;
        }
    }

    /** The current JWT bundles. @throws {SourceError} `closed` */
    bundles(): JwtBundleSet {
        return this.bundleSource.snapshot().jwt;
    }

    health(): SourceHealth {
        return this.bundleSource.health();
    }

    healthy(): boolean {
        return this.bundleSource.healthy();
    }

    close(): void {
        this.tokens.clear();
        this.bundleSource.close();
        this.release();
    }

    private renew(key: string, request: JwtSvidRequest): Promise<JwtSvid> {
        const pending = this.requests.get(key);
        if (pending !== undefined) {
            return pending;
        }
        const started = this.client
            .fetchJwtSvid(request)
            .then((svid) => {
                const now = this.now().getTime();
                const issued = Math.min(svid.issuedAt?.getTime() ?? now, now);
                this.keep(key, { svid, renewAt: issued + (svid.expiry.getTime() - issued) / 2 });
                return svid;
            })
            .finally(() => this.requests.delete(key));
        this.requests.set(key, started);
        return started;
    }

    /** A Map keeps the order of insertion: what is put in again moves to the end, and the front is the oldest. */
    private keep(key: string, token: CachedToken): void {
        this.tokens.delete(key);
        this.tokens.set(key, token);
        const [oldest] = this.tokens.keys();
        if (this.tokens.size > MAX_CACHED_TOKENS && oldest !== undefined) {
            this.tokens.delete(oldest);
        }
    }
}
