import type {
    DescMessage,
    DescMethodServerStreaming,
    DescMethodUnary,
    MessageInitShape,
    MessageShape,
} from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { ClientReadableStream } from "@grpc/grpc-js";
import { Client, Metadata } from "@grpc/grpc-js";

import { requireInstance, requireNumber, requireOptions, requireText } from "../arguments.js";
import type { X509BundleSet } from "../bundle.js";
import { callIsolated } from "../callbacks.js";
import { NoIdentityIssuedError, WorkloadApiError } from "../errors.js";
import { SpiffeWorkloadAPI } from "../gen/workload/workloadapi_pb.js";
import type { JwtBundleSet } from "../jwtbundle.js";
import type { JwtSvid } from "../jwtsvid.js";
import { callUnary, methodDefinition, readStatus, STATUS } from "../rpc.js";
import type { X509Svid } from "../x509svid.js";
import type { EndpointAddress } from "./address.js";
import { resolveEndpointAddress } from "./address.js";
import type { BackoffCurve, BackoffRuntime } from "./backoff.js";
import { Backoff, CALL_CURVE, sleep, sleepUnreferenced } from "./backoff.js";
import { checkClientOptions, limitsOf } from "./client-options.js";
import { EndpointCredentials } from "./credentials.js";
import type { JwtSvidRequest, ValidatedToken } from "./jwtmessages.js";
import { readJwtBundles, readJwtSvids, readRequest, readValidated } from "./jwtmessages.js";
import type { WorkloadLimits, X509Context } from "./messages.js";
import { readAnswer, readX509Bundles, readX509Context } from "./messages.js";
import type { WorkloadObserver } from "./observer.js";
import type { WatchEvent, WatchOptions } from "./watch.js";
import { watch } from "./watch.js";

const DEFAULT_TIMEOUT_MS = 30_000;

/** Statuses that another attempt may mend. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set(["unavailable", "aborted"]);

/** What a {@link WorkloadApiClient} can be told. */
export interface WorkloadApiOptions extends BackoffRuntime {
    /** `unix:///path` or `tcp://IP:port`. Defaults to the environment variable SPIFFE_ENDPOINT_SOCKET. */
    readonly address?: string;
    /** Milliseconds for each one-shot call, further attempts included. Defaults to 30,000. */
    readonly timeoutMs?: number;
    readonly limits?: Partial<WorkloadLimits>;
    /** Waits between attempts of a watch while the endpoint is unavailable. */
    readonly unavailableCurve?: BackoffCurve;
    /** Waits between attempts of a watch while there is no identity for us. */
    readonly noIdentityCurve?: BackoffCurve;
    /** Hears of every failed call and unusable answer, those of watches included; see `SpiffeMetrics.workloadFailures`. */
    readonly observer?: WorkloadObserver;
}

/** What each one-shot call can be told. */
export interface CallOptions {
    /** Rejects the call with the signal's reason. */
    readonly signal?: AbortSignal;
    readonly timeoutMs?: number;
}

/**
 * A client of the SPIFFE Workload API. One-shot calls try again while the endpoint is unavailable, until their time is over; watches go
 * on for ever and report.
 * Sources (`X509Source`, `JwtSource`, `BundleSource`) do the book-keeping on top of it.
 */
export class WorkloadApiClient {
    readonly address: EndpointAddress;
    private readonly client: Client;
    private readonly credentials = new EndpointCredentials();
    private readonly limits: WorkloadLimits;
    private unreferenced = false;
    private closed = false;

    /** @throws {SpiffeError} an `EndpointAddressError`, or an `ArgumentError` */
    constructor(private readonly options: WorkloadApiOptions = {}) {
        checkClientOptions(options);
        this.address = resolveEndpointAddress(options.address);
        this.limits = limitsOf(options.limits);
        this.client = new Client(this.address.target, this.credentials, {
            "grpc.max_receive_message_length": this.limits.maxMessageBytes,
            "grpc.max_send_message_length": this.limits.maxMessageBytes,
            // Each watch does its own waiting; the channel must be ready to try when a wait is over.
            "grpc.initial_reconnect_backoff_ms": 100,
            "grpc.max_reconnect_backoff_ms": 1_000,
            // Of its own: closing one client must not touch another's connection.
            "grpc.use_local_subchannel_pool": 1,
        });
    }

    /** SVIDs and bundles of one moment. @throws {WorkloadApiError} {@link NoIdentityIssuedError} when there are none for us */
    async fetchX509Context(options: CallOptions = {}): Promise<X509Context> {
        return this.first(SpiffeWorkloadAPI.method.fetchX509SVID, options, (message) =>
            readX509Context(message, this.limits),
        );
    }

    /** The default identity. @throws {WorkloadApiError} */
    async fetchX509Svid(options: CallOptions = {}): Promise<X509Svid> {
        return (await this.fetchX509Context(options)).svids[0];
    }

    /** The bundles, without an identity of our own. @throws {WorkloadApiError} */
    async fetchX509Bundles(options: CallOptions = {}): Promise<X509BundleSet> {
        return this.first(SpiffeWorkloadAPI.method.fetchX509Bundles, options, (message) =>
            readX509Bundles(message, this.limits),
        );
    }

    /** @throws {WorkloadApiError} */
    async fetchJwtBundles(options: CallOptions = {}): Promise<JwtBundleSet> {
        return this.first(SpiffeWorkloadAPI.method.fetchJWTBundles, options, (message) =>
            readJwtBundles(message, this.limits),
        );
    }

    /** Tokens for all identities, or for the one asked for; the first is the default. @throws {WorkloadApiError} */
    async fetchJwtSvids(request: JwtSvidRequest, options: CallOptions = {}): Promise<readonly [JwtSvid, ...JwtSvid[]]> {
        const { audience, spiffeId } = readRequest(request);
        return this.unary(
            SpiffeWorkloadAPI.method.fetchJWTSVID,
            { audience: [...audience], spiffeId: spiffeId?.toString() ?? "" },
            options,
            (message) => readJwtSvids(message, audience),
        );
    }

    /** @throws {WorkloadApiError} */
    async fetchJwtSvid(request: JwtSvidRequest, options: CallOptions = {}): Promise<JwtSvid> {
        return (await this.fetchJwtSvids(request, options))[0];
    }

    /** Has the endpoint validate a token, with its own bundles. @throws {WorkloadApiError} `invalid_argument` when it is not valid */
    async validateJwtSvid(token: string, audience: string, options: CallOptions = {}): Promise<ValidatedToken> {
        requireText(token, "token");
        requireText(audience, "audience");
        return this.unary(SpiffeWorkloadAPI.method.validateJWTSVID, { audience, svid: token }, options, readValidated);
    }

    /** Follows SVIDs and bundles. @throws {WorkloadApiError} see {@link watch} */
    watchX509Context(options: WatchOptions = {}): AsyncGenerator<WatchEvent<X509Context>, void, undefined> {
        return this.watch(SpiffeWorkloadAPI.method.fetchX509SVID, options, (message) =>
            readX509Context(message, this.limits),
        );
    }

    /** Follows the X.509 bundles. */
    watchX509Bundles(options: WatchOptions = {}): AsyncGenerator<WatchEvent<X509BundleSet>, void, undefined> {
        return this.watch(SpiffeWorkloadAPI.method.fetchX509Bundles, options, (message) =>
            readX509Bundles(message, this.limits),
        );
    }

    /** Follows the JWT bundles. */
    watchJwtBundles(options: WatchOptions = {}): AsyncGenerator<WatchEvent<JwtBundleSet>, void, undefined> {
        return this.watch(SpiffeWorkloadAPI.method.fetchJWTBundles, options, (message) =>
            readJwtBundles(message, this.limits),
        );
    }

    /** Ends the connection; calls under way fail. */
    close(): void {
        this.closed = true;
        this.client.close();
    }

    /** Lets the process end although watches go on. */
    unref(): this {
        this.unreferenced = true;
        this.credentials.unref();
        return this;
    }

    /** For `await using`. */
    [Symbol.asyncDispose](): Promise<void> {
        this.close();
        return Promise.resolve();
    }

    private watch<I extends DescMessage, O extends DescMessage, T>(
        method: DescMethodServerStreaming<I, O>,
        options: WatchOptions,
        read: (message: MessageShape<O>) => T,
    ): AsyncGenerator<WatchEvent<T>, void, undefined> {
        requireOptions(options, "options");
        const { random, clock, unavailableCurve, noIdentityCurve } = this.options;
        return watch({
            ...options,
            random,
            clock,
            sleep: (ms, signal) => this.sleep(ms, signal),
            unavailableCurve,
            noIdentityCurve,
            open: () => this.openStream(method, undefined),
            read: (message) => readAnswer(method.name, message, read),
            toError: (error) => this.toError(method.name, error),
            onFailure: (error) => this.report(method.name, error),
        });
    }

    private openStream<I extends DescMessage, O extends DescMessage>(
        method: DescMethodServerStreaming<I, O>,
        deadline: number | undefined,
    ): ClientReadableStream<MessageShape<O>> {
        const { path, requestSerialize, responseDeserialize } = methodDefinition<I, O>(method);
        return this.client.makeServerStreamRequest(
            path,
            requestSerialize,
            responseDeserialize,
            create(method.input),
            securityHeader(),
            deadline === undefined ? {} : { deadline },
        );
    }

    private sleep(ms: number, signal?: AbortSignal): Promise<void> {
        return (this.options.sleep ?? (this.unreferenced ? sleepUnreferenced : sleep))(ms, signal);
    }

    /** The first message of a stream, which is then cancelled: left open, it would hold a slot at the endpoint. */
    private async first<I extends DescMessage, O extends DescMessage, T>(
        method: DescMethodServerStreaming<I, O>,
        options: CallOptions,
        read: (message: MessageShape<O>) => T,
    ): Promise<T> {
        return this.attempts(method.name, options, async (timeoutMs) => {
            const { signal } = options;
            const call = this.openStream(method, Date.now() + timeoutMs);
            const cancel = (): void => call.cancel();
            call.on("error", () => {});
            signal?.addEventListener("abort", cancel, { once: true });
            try {
                for await (const message of call as AsyncIterable<MessageShape<O>>) {
                    return readAnswer(method.name, message, read);
                }
                throw new WorkloadApiError(
                    "unavailable",
                    `Workload API at ${this.address.text}, ${method.name}: the stream ended without a message`,
                );
            } finally {
                signal?.removeEventListener("abort", cancel);
                call.cancel();
            }
        });
    }

    private async unary<I extends DescMessage, O extends DescMessage, T>(
        method: DescMethodUnary<I, O>,
        request: MessageInitShape<I>,
        options: CallOptions,
        read: (message: MessageShape<O>) => T,
    ): Promise<T> {
        return this.attempts(method.name, options, async (timeoutMs) => {
            const { signal } = options;
            const metadata = securityHeader();
            const message = await callUnary(this.client, method, request, { timeoutMs, signal, metadata });
            return readAnswer(method.name, message, read);
        });
    }

    /** Tries for as long as the endpoint is unavailable and there is time left (SPIFFE_Workload_Endpoint, appendix A). */
    private async attempts<T>(
        method: string,
        options: CallOptions,
        attempt: (timeoutMs: number) => Promise<T>,
    ): Promise<T> {
        checkCall(options);
        const { signal } = options;
        const deadline = Date.now() + (options.timeoutMs ?? this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
        const backoff = new Backoff(CALL_CURVE, this.options.random);
        for (;;) {
            signal?.throwIfAborted();
            try {
                return await attempt(Math.max(1, deadline - Date.now()));
            } catch (error) {
                signal?.throwIfAborted();
                const failure = this.report(method, this.toError(method, error));
                const waitMs = backoff.next();
                if (this.closed || !TRANSIENT_CODES.has(failure.code) || Date.now() + waitMs >= deadline) {
                    throw failure;
                }
                await this.sleep(waitMs, signal).catch(() => signal?.throwIfAborted());
            }
        }
    }

    private report(method: string, error: WorkloadApiError): WorkloadApiError {
        const { observer } = this.options;
        if (observer !== undefined) {
            callIsolated("An observer of the Workload API", () =>
                observer({ method, reason: error.code, message: error.message }),
            );
        }
        return error;
    }

    private toError(method: string, error: unknown): WorkloadApiError {
        if (error instanceof WorkloadApiError) {
            return error;
        }
        const { code, name, details } = readStatus(error);
        if (code === STATUS.PERMISSION_DENIED) {
            return new NoIdentityIssuedError(this.address.text, details, { cause: error });
        }
        return new WorkloadApiError(name, `Workload API at ${this.address.text}, ${method}: ${name}: ${details}`, {
            cause: error,
        });
    }
}

function checkCall(options: unknown): void {
    requireOptions(options, "options");
    const { timeoutMs, signal } = (options ?? {}) as CallOptions;
    if (timeoutMs !== undefined) {
        requireNumber(timeoutMs, "timeoutMs", 1);
    }
    if (signal !== undefined) {
        requireInstance(signal, AbortSignal, "signal");
    }
}

/** The header that shows the caller is not a browser lured into asking (SPIFFE_Workload_Endpoint section 3). */
function securityHeader(): Metadata {
    const metadata = new Metadata();
    metadata.set("workload.spiffe.io", "true");
    return metadata;
}
