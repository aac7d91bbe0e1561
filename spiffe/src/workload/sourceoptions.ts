import type { WorkloadApiError } from "../errors.js";
import type { SpiffeId } from "../id.js";
import type { X509Svid } from "../x509svid.js";
import type { WorkloadApiOptions } from "./client.js";
import { WorkloadApiClient } from "./client.js";
import type { SourceState } from "./follower.js";

const DEFAULT_START_TIMEOUT_MS = 30_000;

/** What every source may be told. */
export interface SourceOptions extends WorkloadApiOptions {
    /** A client to use; the source then leaves it open when it closes. Without one, the source makes its own of the other options. */
    readonly client?: WorkloadApiClient;
    /** Milliseconds to wait for the first message. Defaults to 30,000. */
    readonly startTimeoutMs?: number;
    /** Gives up waiting for the first message. */
    readonly signal?: AbortSignal;
    /** The clock. */
    readonly now?: () => Date;
}

/** How a source is doing. */
export interface SourceHealth {
    /** The stream is alive and there is material that has not expired. */
    readonly healthy: boolean;
    readonly state: SourceState;
    /** When the material in use expires. */
    readonly expiresAt?: Date;
    /** What went wrong last, unless a good message came since. */
    readonly error?: WorkloadApiError;
}

/** A client, and whether it is ours to close. */
export function clientFor(options: SourceOptions): { client: WorkloadApiClient; release: () => void } {
    if (options.client !== undefined) {
        return { client: options.client, release: () => {} };
    }
    const client = new WorkloadApiClient(options);
    return { client, release: () => client.close() };
}

export function startTimeout(options: SourceOptions): number {
    return options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
}

/** Chooses among several identities of one process. Undefined when none will do. */
export type SvidPicker = (svids: readonly [X509Svid, ...X509Svid[]]) => X509Svid | undefined;

/** The default identity: the first one (Workload API section 5.3). */
export const pickFirst: SvidPicker = (svids) => svids[0];

/** The identity with this hint of the operator's. */
export function pickHint(hint: string): SvidPicker {
    return (svids) => svids.find((svid) => svid.hint === hint);
}

/** The identity with this SPIFFE ID. */
export function pickId(id: SpiffeId): SvidPicker {
    return (svids) => svids.find((svid) => svid.id.equals(id));
}
