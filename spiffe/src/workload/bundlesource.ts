import { EventEmitter } from "node:events";

import { requireList, requireOneOf } from "../arguments.js";
import { X509BundleSet } from "../bundle.js";
import { emitIsolated } from "../callbacks.js";
import type { NoIdentityIssuedError, WorkloadApiError } from "../errors.js";
import { SourceError } from "../errors.js";
import { JwtBundleSet } from "../jwtbundle.js";
import type { X509Provider } from "../source.js";
import { BundleIdentity } from "./bundleidentity.js";
import type { WorkloadApiClient } from "./client.js";
import type { FollowerListener, SourceState } from "./follower.js";
import { Follower } from "./follower.js";
import type { SourceHealth, SourceOptions } from "./sourceoptions.js";
import { clientFor, startTimeout } from "./sourceoptions.js";
import type { WatchEvent, WatchOptions } from "./watch.js";
import type { SourceEvents } from "./x509source.js";

/** The kinds of bundle a source may follow. */
export type BundleKind = "x509" | "jwt";

/** Bundles of one moment. A kind that isn't followed is empty. */
export interface BundleSnapshot {
    readonly x509: X509BundleSet;
    readonly jwt: JwtBundleSet;
    /** Grows by one with each change of either kind. */
    readonly revision: number;
}

/** What a {@link BundleSource} can be told. */
export interface BundleSourceOptions extends SourceOptions {
    /** Which bundles to follow. Both by default. */
    readonly kinds?: readonly BundleKind[];
}

const KINDS: readonly BundleKind[] = ["x509", "jwt"];

type AnyFollower = Pick<Follower<unknown>, "state" | "lastError" | "ready" | "close">;

const SEVERITY: readonly SourceState[] = ["streaming", "starting", "interrupted", "withdrawn", "failed", "closed"];

/**
 * Keeps bundles up to date for a process that validates peers and needs no identity of its own. `identity` is what TLS clients take then,
 * with `presentSvid: false`.
 */
export class BundleSource extends EventEmitter<SourceEvents<BundleSnapshot>> {
    private readonly bundleIdentity = new BundleIdentity(() => this.snapshot());
    private readonly followers: readonly AnyFollower[];
    private current: BundleSnapshot = Object.freeze({
        x509: new X509BundleSet(),
        jwt: new JwtBundleSet(),
        revision: 0,
    });

    private constructor(
        private readonly client: WorkloadApiClient,
        private readonly release: () => void,
        kinds: readonly BundleKind[],
    ) {
        super();
        const makers: Record<BundleKind, () => AnyFollower> = {
            x509: () =>
                this.follow(
                    (watch) => client.watchX509Bundles(watch),
                    (x509) => ({ x509 }),
                    { x509: new X509BundleSet() },
                ),
            jwt: () =>
                this.follow(
                    (watch) => client.watchJwtBundles(watch),
                    (jwt) => ({ jwt }),
                    { jwt: new JwtBundleSet() },
                ),
        };
        this.followers = kinds.map((kind) => makers[kind]());
    }

    /** Connects and waits for the first message of each kind. @throws {WorkloadApiError} as `X509Source.start` does */
    static async start(options: BundleSourceOptions = {}): Promise<BundleSource> {
        const { client, release } = clientFor(options);
        const kinds = options.kinds ?? KINDS;
        requireList(kinds, "kinds").forEach((kind) => requireOneOf(kind, KINDS, "each of kinds"));
        const source = new BundleSource(client, release, kinds);
        try {
            await Promise.all(
                source.followers.map((follower) => follower.ready(startTimeout(options), options.signal)),
            );
            return source;
        } catch (error) {
            source.close();
            throw error;
        }
    }

    /** @throws {SourceError} `closed` */
    snapshot(): BundleSnapshot {
        if (this.health().state === "closed") {
            throw new SourceError("closed", "the bundle source is closed");
        }
        return this.current;
    }

    /** The worst of the streams. */
    health(): SourceHealth {
        const states = this.followers.map((follower) => follower.state);
        const state = SEVERITY[Math.max(0, ...states.map((found) => SEVERITY.indexOf(found)))] ?? "closed";
        const error = this.followers.find((follower) => follower.lastError !== undefined)?.lastError;
        return {
            healthy: state === "streaming" && error === undefined,
            state,
            error,
        };
    }

    healthy(): boolean {
        return this.health().healthy;
    }

    close(): void {
        for (const follower of this.followers) {
            follower.close();
        }
        this.release();
    }

    /** These X.509 bundles in the place of an identity, for TLS clients that show no SVID. */
    get identity(): X509Provider {
        return this.bundleIdentity;
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

    private follow<T extends { equals(other: T): boolean }>(
        watch: (options: WatchOptions) => AsyncGenerator<WatchEvent<T>, void, undefined>,
        part: (value: T) => Partial<BundleSnapshot>,
        none: Partial<BundleSnapshot>,
    ): Follower<T> {
        let held: T | undefined;
        let changed = false;
        const listener: FollowerListener<T> = {
            update: (value) => {
                changed = held === undefined || !value.equals(held);
                held = value;
                if (changed) {
                    this.current = Object.freeze({
                        ...this.current,
                        ...part(value),
                        revision: this.current.revision + 1,
                    });
                }
                return undefined;
            },
            updated: () => {
                if (changed) {
                    this.announce();
                }
            },
            withdrawn: (error: NoIdentityIssuedError) => {
                held = undefined;
                this.current = Object.freeze({ ...this.current, ...none, revision: this.current.revision + 1 });
                this.announce();
                emitIsolated(this, "withdrawn", error);
            },
            interrupted: (error: WorkloadApiError) => emitIsolated(this, "interrupted", error),
            discarded: (error: WorkloadApiError) => emitIsolated(this, "discarded", error),
            failed: (error: WorkloadApiError) => emitIsolated(this, "failed", error),
        };
        return new Follower(watch, listener);
    }

    private announce(): void {
        const { x509 } = this.current;
        if (this.bundleIdentity.snapshot().bundles !== x509) {
            this.bundleIdentity.set(x509);
        }
        emitIsolated(this, "update", this.current);
    }
}
