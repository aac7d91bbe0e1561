import { EventEmitter } from "node:events";

import type { WorkloadApiError } from "../errors.js";
import { NoIdentityIssuedError, SourceError } from "../errors.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import type { WorkloadApiClient } from "./client.js";
import { Follower } from "./follower.js";
import type { X509Context } from "./messages.js";
import type { SourceHealth, SourceOptions, SvidPicker } from "./sourceoptions.js";
import { clientFor, pickFirst, startTimeout } from "./sourceoptions.js";

/** Events of a source; listeners run after the source's own state has changed. */
export interface SourceEvents<S> {
    /** New material is in use. */
    update: [snapshot: S];
    /** The identity was withdrawn: there is no material any more. */
    withdrawn: [error: NoIdentityIssuedError];
    /** The stream is lost and will be tried again; material is kept. */
    interrupted: [error: WorkloadApiError];
    /** A message was unusable and dropped; material is kept. */
    discarded: [error: WorkloadApiError];
    /** The endpoint will never answer us: no more attempts are made. */
    failed: [error: WorkloadApiError];
}

export interface X509SourceOptions extends SourceOptions {
    /** Which of several identities to present. The first by default. */
    readonly picker?: SvidPicker;
}

/**
 * Keeps this process's X.509-SVIDs and bundles up to date. `snapshot()` gives one consistent view: never an SVID of one message with a
 * bundle of another. Material is kept while the endpoint is away, dropped when the identity is withdrawn, and refused once expired.
 */
export class X509Source extends EventEmitter<SourceEvents<X509Snapshot>> implements X509Provider {
    private readonly follower: Follower<X509Context>;
    private readonly now: () => Date;
    private readonly picker: SvidPicker;
    private current: X509Snapshot | undefined;
    private revision = 0;

    private constructor(
        private readonly client: WorkloadApiClient,
        private readonly release: () => void,
        options: X509SourceOptions,
    ) {
        super();
        this.now = options.now ?? (() => new Date());
        this.picker = options.picker ?? pickFirst;
        this.follower = new Follower<X509Context>((watch) => client.watchX509Context(watch), {
            update: (context) => this.take(context),
            withdrawn: (error) => {
                this.current = undefined;
                this.emit("withdrawn", error);
            },
            interrupted: (error) => this.emit("interrupted", error),
            discarded: (error) => this.emit("discarded", error),
            failed: (error) => this.emit("failed", error),
        });
    }

    /**
     * Connects and waits for the first identity.
     *
     * @throws {NoIdentityIssuedError} when none was issued in time; it says what to check
     * @throws {WorkloadApiError} `start_timeout` when the endpoint gave nothing in time; `invalid_argument` or `unimplemented`
     */
    static async start(options: X509SourceOptions = {}): Promise<X509Source> {
        const { client, release } = clientFor(options);
        const source = new X509Source(client, release, options);
        try {
            await source.follower.ready(startTimeout(options), options.signal);
            return source;
        } catch (error) {
            source.close();
            throw error;
        }
    }

    /**
     * The current view.
     *
     * @throws {SourceError} `closed`, `no_identity_issued`, or `expired` when the SVID's time is over
     */
    snapshot(): X509Snapshot {
        if (this.follower.state === "closed") {
            throw new SourceError("closed", "the X.509 source is closed");
        }
        if (this.current === undefined) {
            const cause = this.follower.lastError;
            throw new SourceError("no_identity_issued", cause?.message ?? "there is no X.509 identity", { cause });
        }
        const { svid } = this.current;
        if (svid.notAfter < this.now()) {
            throw new SourceError(
                "expired",
                `${svid.id}: the SVID expired at ${svid.notAfter.toISOString()} and no new one came`,
            );
        }
        return this.current;
    }

    health(): SourceHealth {
        const expiresAt = this.current?.svid.notAfter;
        return {
            healthy: this.follower.state === "streaming" && expiresAt !== undefined && expiresAt >= this.now(),
            state: this.follower.state,
            expiresAt,
            error: this.follower.lastError,
        };
    }

    /** Whether the stream is alive and the SVID valid. */
    healthy(): boolean {
        return this.health().healthy;
    }

    close(): void {
        this.follower.close();
        this.release();
    }

    private take(context: X509Context): NoIdentityIssuedError | undefined {
        const svid = this.picker(context.svids);
        if (svid === undefined) {
            const ids = context.svids.length === 1 ? "the one SVID" : `none of the ${context.svids.length} SVIDs`;
            return new NoIdentityIssuedError(this.client.address.text, `${ids} issued is not the one to pick`);
        }
        this.revision += 1;
        this.current = Object.freeze({
            svid,
            svids: Object.freeze([...context.svids]),
            bundles: context.bundles,
            revision: this.revision,
        });
        this.emit("update", this.current);
        return undefined;
    }
}
