import {
    requireFunction,
    requireInstance,
    requireMethods,
    requireNumber,
    requireOptions,
    requireText,
} from "../arguments.js";
import type { WorkloadApiError } from "../errors.js";
import { SpiffeId } from "../id.js";
import type { JwtSvid } from "../jwtsvid.js";
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
    /** The stream is alive, its last message could be used, and there is material that has not expired. */
    readonly healthy: boolean;
    readonly state: SourceState;
    /** When the material in use expires. */
    readonly expiresAt?: Date;
    /** What went wrong last, unless a good message came since. */
    readonly error?: WorkloadApiError;
}

/** A client, and whether it is ours to close. @throws {SpiffeError} for options that can't be */
export function clientFor(options: SourceOptions): { client: WorkloadApiClient; release: () => void } {
    requireOptions(options, "options");
    if (options.startTimeoutMs !== undefined) {
        requireNumber(options.startTimeoutMs, "startTimeoutMs", 1);
    }
    if (options.signal !== undefined) {
        requireInstance(options.signal, AbortSignal, "signal");
    }
    if (options.now !== undefined) {
        requireFunction(options.now, "now");
    }
    if (options.client !== undefined) {
        requireMethods(options.client, ["watchX509Context", "close"], "client", "a WorkloadApiClient");
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

/** The identity with this hint of the operator's. @throws {ArgumentError} */
export function pickHint(hint: string): SvidPicker {
    requireText(hint, "hint");
    return (svids) => svids.find((svid) => svid.hint === hint);
}

/** The identity with this SPIFFE ID. @throws {ArgumentError} */
export function pickId(id: SpiffeId): SvidPicker {
    requireInstance(id, SpiffeId, "id");
    return (svids) => svids.find((svid) => svid.id.equals(id));
}

/** Chooses among the tokens of several identities. Undefined when none will do. */
export type JwtSvidPicker = (svids: readonly [JwtSvid, ...JwtSvid[]]) => JwtSvid | undefined;

/** The token of the identity with this hint of the operator's. @throws {ArgumentError} */
export function pickJwtHint(hint: string): JwtSvidPicker {
    requireText(hint, "hint");
    return (svids) => svids.find((svid) => svid.hint === hint);
}
