import { requireInstance } from "../arguments.js";
import { FederationError, SpiffeError } from "../errors.js";
import { SpiffeBundle } from "../spiffebundle.js";
import { isAborted } from "../workload/abort.js";
import { sleep } from "../workload/backoff.js";
import type { FederationEndpoint } from "./endpoint.js";
import { checkEndpoint } from "./endpoint.js";
import type { FederationFetchOptions } from "./fetch.js";
import { checkFetchOptions, fetchBundle } from "./fetch.js";

/** When a bundle doesn't say how often to look for changes (SPIFFE Federation section 4.1). */
const DEFAULT_INTERVAL_SECONDS = 5 * 60;

/** A bundle that wants to be left alone for longer would keep revoked keys alive. */
const MAX_INTERVAL_SECONDS = 24 * 3600;

/** What {@link watchBundle} tells. */
export type FederationEvent =
    /** The first bundle, or one that differs from the last. */
    | { readonly type: "update"; readonly bundle: SpiffeBundle }
    /** The bundle held so far stays. */
    | { readonly type: "failed"; readonly error: SpiffeError; readonly retryInMs: number };

/** What {@link watchBundle} can be told. */
export interface FederationWatchOptions extends FederationFetchOptions {
    /** What is known already, such as from the last run. */
    readonly initial?: SpiffeBundle;
    /** Waits between two fetches; to be replaced in tests. */
    readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Follows a bundle endpoint: fetches at the interval the bundle asks for, five minutes if it doesn't. A failure is reported and the next
 * attempt made after the same interval. A bundle with a lower sequence number than the one held, or without one where that has one, is
 * refused; one with the same number and other contents is taken, as the endpoint says it last. Ends when the signal is aborted.
 *
 * @throws {SpiffeError} an `ArgumentError`, or a {@link FederationError} `invalid_endpoint`
 */
export async function* watchBundle(
    endpoint: FederationEndpoint,
    options: FederationWatchOptions = {},
): AsyncGenerator<FederationEvent, void, undefined> {
    checkEndpoint(endpoint);
    checkFetchOptions(options);
    const { signal } = options;
    let held = options.initial;
    if (held !== undefined) {
        checkInitial(held, endpoint);
    }
    while (!isAborted(signal)) {
        try {
            const bundle: SpiffeBundle = await fetchBundle(withLatest(endpoint, held), options);
            refuseStale(bundle, held);
            const changed = held === undefined || held.marshal() !== bundle.marshal();
            held = bundle;
            if (changed) {
                yield { type: "update", bundle };
            }
        } catch (error) {
            if (isAborted(signal)) {
                return;
            }
            if (!(error instanceof SpiffeError)) {
                throw error;
            }
            yield { type: "failed", error, retryInMs: intervalMs(held) };
        }
        await (options.sleep ?? sleep)(intervalMs(held), signal).catch((error: unknown) => {
            if (!isAborted(signal)) {
                throw error;
            }
        });
    }
}

function checkInitial(initial: SpiffeBundle, { trustDomain }: FederationEndpoint): void {
    requireInstance(initial, SpiffeBundle, "options.initial");
    if (!initial.trustDomain.equals(trustDomain)) {
        throw new FederationError(
            "invalid_endpoint",
            `options.initial is a bundle of ${initial.trustDomain}, the endpoint is one of ${trustDomain}`,
        );
    }
}

/** An older bundle may bring revoked keys back (SPIFFE_Trust_Domain_and_Bundle section 4.1.1: the number only grows). */
function refuseStale(bundle: SpiffeBundle, held: SpiffeBundle | undefined): void {
    if (held?.sequence === undefined) {
        return;
    }
    const { trustDomain, sequence } = bundle;
    const stale = (fault: string): FederationError =>
        new FederationError("stale", `the bundle of ${trustDomain} has ${fault} the ${held.sequence} held`);
    if (sequence === undefined) {
        throw stale("no sequence number, unlike");
    }
    if (sequence < held.sequence) {
        throw stale(`sequence ${sequence}, lower than`);
    }
}

/** A self-serving endpoint proves itself by the latest bundle it served (SPIFFE Federation section 5.2.2.4). */
function withLatest(endpoint: FederationEndpoint, held: SpiffeBundle | undefined): FederationEndpoint {
    const { profile, trustDomain } = endpoint;
    return held !== undefined && profile.type === "https_spiffe" && profile.endpointId.memberOf(trustDomain)
        ? { ...endpoint, profile: { ...profile, endpointBundle: held.x509 } }
        : endpoint;
}

function intervalMs(bundle: SpiffeBundle | undefined): number {
    const hint = bundle?.refreshHintSeconds ?? 0;
    return (hint > 0 ? Math.min(hint, MAX_INTERVAL_SECONDS) : DEFAULT_INTERVAL_SECONDS) * 1000;
}
