import { EventEmitter } from "node:events";

import { requireFunction } from "../arguments.js";
import { emitIsolated, ignoreRejection, reportCallbackFailure } from "../callbacks.js";
import { timeBy } from "../clock.js";
import { NoIdentityIssuedError, SourceError, WorkloadApiError } from "../errors.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import { Subscribers } from "../subscription.js";
import type { X509Svid } from "../x509svid.js";
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
    /** A message was unusable, or its SVID expired, and it was dropped; material is kept. */
    discarded: [error: WorkloadApiError];
    /** The endpoint will never answer us: no more attempts are made. */
    failed: [error: WorkloadApiError];
}

/** What an {@link X509Source} can be told. */
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
    private readonly subscribers = new Subscribers(this);
    private readonly now: () => Date;
    private readonly picker: SvidPicker;
    private current: X509Snapshot | undefined;
    private revision = 0;
    /** Which snapshot the listeners have heard of. */
    private announced: X509Snapshot | undefined;

    private constructor(
        private readonly client: WorkloadApiClient,
        private readonly release: () => void,
        options: X509SourceOptions,
    ) {
        super();
        this.now = () => timeBy(options.now);
        this.picker = options.picker ?? pickFirst;
        this.follower = new Follower<X509Context>((watch) => client.watchX509Context(watch), {
            update: (context) => this.take(context),
            updated: () => this.announce(),
            withdrawn: (error) => {
                this.current = undefined;
                this.announced = undefined;
                this.subscribers.withdrawn();
                emitIsolated(this, "withdrawn", error);
            },
            interrupted: (error) => emitIsolated(this, "interrupted", error),
            discarded: (error) => emitIsolated(this, "discarded", error),
            failed: (error) => emitIsolated(this, "failed", error),
        });
    }

    /**
     * Connects and waits for the first identity that hasn't expired.
     *
     * @throws {NoIdentityIssuedError} when none was issued in time; it says what to check
     * @throws {WorkloadApiError} `start_timeout` when the endpoint gave nothing in time; `invalid_argument` or `unimplemented`
     */
    static async start(options: X509SourceOptions = {}): Promise<X509Source> {
        const { client, release } = clientFor(options);
        if (options.picker !== undefined) {
            requireFunction(options.picker, "picker");
        }
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
            healthy:
                this.follower.state === "streaming" &&
                this.follower.lastError === undefined &&
                expiresAt !== undefined &&
                expiresAt >= this.now(),
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

    /** Lets the process end although the source isn't closed. With a client that was given, all that it does is meant. */
    unref(): this {
        this.client.unref();
        return this;
    }

    /** For `await using`. */
    [Symbol.asyncDispose](): Promise<void> {
        this.close();
        return Promise.resolve();
    }

    private take(context: X509Context): WorkloadApiError | undefined {
        const svid = this.pick(context);
        if (svid === undefined || svid instanceof WorkloadApiError) {
            return svid ?? this.nothingPicked(context);
        }
        if (svid.notAfter < this.now()) {
            const message = `${svid.id}: the SVID received expired at ${svid.notAfter.toISOString()}`;
            return new WorkloadApiError("expired", message);
        }
        const { current } = this;
        if (current !== undefined && svid.equals(current.svid) && sameContext(context, current)) {
            return undefined;
        }
        this.revision += 1;
        this.current = Object.freeze({
            svid,
            svids: Object.freeze([...context.svids]),
            bundles: context.bundles,
            revision: this.revision,
        });
        return undefined;
    }

    /** Nothing for an endpoint that says the same once more: listeners would drop connections for it. */
    private announce(): void {
        if (this.current !== undefined && this.current !== this.announced) {
            this.announced = this.current;
            this.subscribers.update(this.current);
            emitIsolated(this, "update", this.current);
        }
    }

    private pick({ svids }: X509Context): X509Svid | WorkloadApiError | undefined {
        try {
            const svid = this.picker(svids);
            if (svid === undefined || svids.includes(svid)) {
                return svid;
            }
            ignoreRejection("The picker of SVIDs", svid);
            return new WorkloadApiError("picker_failed", "the picker gave something that is none of the SVIDs");
        } catch (error) {
            reportCallbackFailure("The picker of SVIDs", error);
            return new WorkloadApiError("picker_failed", "the picker of SVIDs failed", { cause: error });
        }
    }

    private nothingPicked({ svids }: X509Context): NoIdentityIssuedError {
        const ids = svids.length === 1 ? "the one SVID" : `none of the ${svids.length} SVIDs`;
        return new NoIdentityIssuedError(this.client.address.text, `${ids} issued is not the one to pick`);
    }
}

function sameContext(a: X509Context, b: X509Snapshot): boolean {
    return (
        a.svids.length === b.svids.length &&
        a.svids.every((svid, i) => b.svids[i] !== undefined && svid.equals(b.svids[i])) &&
        a.bundles.equals(b.bundles)
    );
}
