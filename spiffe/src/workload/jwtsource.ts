import { readAudience, requireFunction, requireInstance, requireNumber, requireOptions } from "../arguments.js";
import { callIsolated, ignoreRejection } from "../callbacks.js";
import { timeBy } from "../clock.js";
import { JwtSvidError, NoIdentityIssuedError, WorkloadApiError } from "../errors.js";
import type { JwtBundleSet } from "../jwtbundle.js";
import type { JwtValidationOptions } from "../jwtsvid.js";
import { JwtSvid } from "../jwtsvid.js";
import { abortable } from "./abort.js";
import { BundleSource } from "./bundlesource.js";
import type { WorkloadApiClient } from "./client.js";
import type { JwtSvidRequest } from "./jwtmessages.js";
import { readRequest } from "./jwtmessages.js";
import type { JwtSvids } from "./jwttokens.js";
import { TokenCache } from "./jwttokens.js";
import type { JwtSvidPicker, SourceHealth, SourceOptions } from "./sourceoptions.js";
import { clientFor } from "./sourceoptions.js";

/** What a {@link JwtSource} can be told. */
export interface JwtSourceOptions extends SourceOptions {
    /** Which of several identities' tokens to hand out. The first by default. */
    readonly picker?: JwtSvidPicker;
    /** Hears of every token that {@link JwtSource.validate} refuses; see `SpiffeMetrics.refusedTokens`. */
    readonly onRefused?: (refusal: JwtSvidError) => void;
}

/** What a call for a token may be told. */
export interface JwtFetchOptions {
    readonly signal?: AbortSignal;
    /** Milliseconds to wait for a token. As long as the client's by default. */
    readonly timeoutMs?: number;
}

/**
 * Hands out JWT-SVIDs and validates those of peers. A token is renewed in the background once half of its life is over, and handed out
 * until it expires; calls for the same token share one request.
 */
export class JwtSource {
    private readonly tokens: TokenCache;
    private readonly now: () => Date;

    private constructor(
        private readonly client: WorkloadApiClient,
        private readonly release: () => void,
        private readonly bundleSource: BundleSource,
        private readonly options: JwtSourceOptions,
    ) {
        this.now = () => timeBy(options.now);
        this.tokens = new TokenCache(client, this.now, options.random);
        // Without an identity its tokens are no longer to be used (SPIFFE_Workload_API section 6.2.2).
        bundleSource.on("withdrawn", () => this.tokens.clear());
    }

    /** Connects and waits for the JWT bundles. @throws {WorkloadApiError} as `X509Source.start` does */
    static async start(options: JwtSourceOptions = {}): Promise<JwtSource> {
        const { client, release } = clientFor(options);
        try {
            for (const name of ["picker", "onRefused"] as const) {
                if (options[name] !== undefined) {
                    requireFunction(options[name], name);
                }
            }
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
     * @throws {WorkloadApiError} {@link NoIdentityIssuedError} when the identity is gone, or the picker finds none; that drops the tokens
     *     kept of the identity asked for, or all when none was named
     */
    async fetch(request: JwtSvidRequest, options: JwtFetchOptions = {}): Promise<JwtSvid> {
        const svids = await this.fetchAll(request, options);
        const svid = this.pick(svids);
        if (svid === undefined) {
            throw new NoIdentityIssuedError(this.client.address.text, "no JWT-SVID issued is the one to pick");
        }
        return svid;
    }

    private pick(svids: JwtSvids): JwtSvid | undefined {
        let svid: JwtSvid | undefined;
        try {
            svid = this.options.picker === undefined ? svids[0] : this.options.picker(svids);
        } catch (error) {
            throw new WorkloadApiError("picker_failed", "the picker of JWT-SVIDs failed", { cause: error });
        }
        if (svid !== undefined && !svids.includes(svid)) {
            ignoreRejection("The picker of JWT-SVIDs", svid);
            throw new WorkloadApiError("picker_failed", "the picker gave something that is none of the JWT-SVIDs");
        }
        return svid;
    }

    /** The tokens of all identities, or of the one asked for; the first is the default. @throws {WorkloadApiError} */
    async fetchAll(request: JwtSvidRequest, options: JwtFetchOptions = {}): Promise<JwtSvids> {
        requireOptions(options, "options");
        const { signal, timeoutMs } = options;
        if (signal !== undefined) {
            requireInstance(signal, AbortSignal, "options.signal");
        }
        if (timeoutMs === undefined) {
            return abortable(this.tokens.get(readRequest(request)), signal);
        }
        requireNumber(timeoutMs, "options.timeoutMs", 1);
        // Others may wait for the same token, and longer.
        const timeout = AbortSignal.timeout(timeoutMs);
        try {
            const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
            return await abortable(this.tokens.get(readRequest(request), timeoutMs), either);
        } catch (error) {
            signal?.throwIfAborted();
            throw error === timeout.reason
                ? new WorkloadApiError("deadline_exceeded", `no JWT-SVID came within ${timeoutMs} ms`)
                : error;
        }
    }

    /**
     * Validates a peer's token with the current bundles.
     *
     * @param audience who we are; one given as text is one audience
     * @throws {SpiffeError} a `JwtSvidError`, or an `ArgumentError`
     */
    async validate(
        token: string,
        audience: string | readonly [string, ...string[]],
        options: Omit<JwtValidationOptions, "now"> = {},
    ): Promise<JwtSvid> {
        const names = readAudience(audience);
        requireOptions(options, "options");
        try {
            return await JwtSvid.parseAndValidate(token, names, this.bundles(), { ...options, now: this.now() });
        } catch (error) {
            const { onRefused } = this.options;
            if (error instanceof JwtSvidError && onRefused !== undefined) {
                callIsolated("onRefused", () => onRefused(error));
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

    /** Lets the process end although the source isn't closed. */
    unref(): this {
        this.client.unref();
        return this;
    }

    /** For `await using`. */
    [Symbol.asyncDispose](): Promise<void> {
        this.close();
        return Promise.resolve();
    }
}
