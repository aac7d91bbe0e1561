import { EventEmitter } from "node:events";

import { X509BundleSet } from "../bundle.js";
import type { NoIdentityIssuedError, WorkloadApiError } from "../errors.js";
import { SourceError } from "../errors.js";
import { JwtBundleSet } from "../jwtbundle.js";
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

export interface BundleSourceOptions extends SourceOptions {
    /** Which bundles to follow. Both by default. */
    readonly kinds?: readonly BundleKind[];
}

type AnyFollower = Pick<Follower<unknown>, "state" | "lastError" | "ready" | "close">;

const SEVERITY: readonly SourceState[] = ["streaming", "starting", "interrupted", "withdrawn", "failed", "closed"];

/** Keeps bundles up to date for a process that validates peers and needs no identity of its own. */
export class BundleSource extends EventEmitter<SourceEvents<BundleSnapshot>> {
    private readonly followers: readonly AnyFollower[];
    private current: BundleSnapshot = Object.freeze({
        x509: new X509BundleSet(),
        jwt: new JwtBundleSet(),
        revision: 0,
    });

    private constructor(
        client: WorkloadApiClient,
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
        const source = new BundleSource(client, release, options.kinds ?? ["x509", "jwt"]);
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
        return {
            healthy: state === "streaming",
            state,
            error: this.followers.find((follower) => follower.lastError !== undefined)?.lastError,
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

    private follow<T>(
        watch: (options: WatchOptions) => AsyncGenerator<WatchEvent<T>, void, undefined>,
        part: (value: T) => Partial<BundleSnapshot>,
        none: Partial<BundleSnapshot>,
    ): Follower<T> {
        const listener: FollowerListener<T> = {
            update: (value) => this.replace(part(value)),
            withdrawn: (error: NoIdentityIssuedError) => {
                this.replace(none);
                this.emit("withdrawn", error);
            },
            interrupted: (error: WorkloadApiError) => this.emit("interrupted", error),
            discarded: (error: WorkloadApiError) => this.emit("discarded", error),
            failed: (error: WorkloadApiError) => this.emit("failed", error),
        };
        return new Follower(watch, listener);
    }

    private replace(part: Partial<BundleSnapshot>): undefined {
        this.current = Object.freeze({ ...this.current, ...part, revision: this.current.revision + 1 });
        this.emit("update", this.current);
        return undefined;
    }
}
