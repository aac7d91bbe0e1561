import type {
    DescMessage,
    DescMethodServerStreaming,
    DescMethodUnary,
    MessageInitShape,
    MessageShape,
} from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { ClientReadableStream } from "@grpc/grpc-js";
import { Client, Metadata, credentials, status } from "@grpc/grpc-js";

import type { X509BundleSet } from "../bundle.js";
import { NoIdentityIssuedError, WorkloadApiError } from "../errors.js";
import { SpiffeWorkloadAPI } from "../gen/workload/workloadapi_pb.js";
import type { SpiffeId } from "../id.js";
import type { JwtBundleSet } from "../jwtbundle.js";
import type { JwtSvid } from "../jwtsvid.js";
import { callUnary, methodDefinition, readStatus } from "../rpc.js";
import type { X509Svid } from "../x509svid.js";
import type { EndpointAddress } from "./address.js";
import { resolveEndpointAddress } from "./address.js";
import type { BackoffCurve, BackoffRuntime } from "./backoff.js";
import { readJwtBundles, readJwtSvids, readValidated } from "./jwtmessages.js";
import type { WorkloadLimits, X509Context } from "./messages.js";
import { DEFAULT_LIMITS, readAnswer, readX509Bundles, readX509Context } from "./messages.js";
import type { WorkloadObserver } from "./observer.js";
import type { WatchEvent, WatchOptions } from "./watch.js";
import { watch } from "./watch.js";

const DEFAULT_TIMEOUT_MS = 30_000;

export interface WorkloadApiOptions extends BackoffRuntime {
    /** `unix:///path` or `tcp://IP:port`. Defaults to the environment variable SPIFFE_ENDPOINT_SOCKET. */
    readonly address?: string;
    /** Milliseconds for each one-shot call. Defaults to 30,000. */
    readonly timeoutMs?: number;
    readonly limits?: Partial<WorkloadLimits>;
    /** Waits between attempts of a watch while the endpoint is unavailable. */
    readonly unavailableCurve?: BackoffCurve;
    /** Waits between attempts of a watch while there is no identity for us. */
    readonly noIdentityCurve?: BackoffCurve;
    /** Hears of every failed call and unusable answer, those of watches included; see `SpiffeMetrics.workloadFailures`. */
    readonly observer?: WorkloadObserver;
}

export interface CallOptions {
    /** Rejects the call with the signal's reason. */
    readonly signal?: AbortSignal;
    readonly timeoutMs?: number;
}

/** Which JWT-SVID is wanted. */
export interface JwtSvidRequest {
    /** Whom the token is for; at least one. */
    readonly audience: readonly [string, ...string[]];
    /** One of several identities; the default one when absent. */
    readonly spiffeId?: SpiffeId;
}

/** What the Workload API says of a token it was asked to validate. */
export interface ValidatedToken {
    readonly id: SpiffeId;
    readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * A client of the SPIFFE Workload API. One-shot calls make one attempt and throw; watches go on for ever and report.
 * Sources (`X509Source`, `JwtSource`, `BundleSource`) do the book-keeping on top of it.
 */
export class WorkloadApiClient {
    readonly address: EndpointAddress;
    private readonly client: Client;
    private readonly limits: WorkloadLimits;

    /** @throws {EndpointAddressError} */
    constructor(private readonly options: WorkloadApiOptions = {}) {
        this.address = resolveEndpointAddress(options.address);
        this.limits = { ...DEFAULT_LIMITS, ...options.limits };
        this.client = new Client(this.address.target, credentials.createInsecure(), {
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
        return this.unary(
            SpiffeWorkloadAPI.method.fetchJWTSVID,
            { audience: [...request.audience], spiffeId: request.spiffeId?.toString() ?? "" },
            options,
            (message) => readJwtSvids(message, request),
        );
    }

    /** @throws {WorkloadApiError} */
    async fetchJwtSvid(request: JwtSvidRequest, options: CallOptions = {}): Promise<JwtSvid> {
        return (await this.fetchJwtSvids(request, options))[0];
    }

    /** Has the endpoint validate a token, with its own bundles. @throws {WorkloadApiError} `invalid_argument` when it is not valid */
    async validateJwtSvid(token: string, audience: string, options: CallOptions = {}): Promise<ValidatedToken> {
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
        this.client.close();
    }

    private watch<I extends DescMessage, O extends DescMessage, T>(
        method: DescMethodServerStreaming<I, O>,
        options: WatchOptions,
        read: (message: MessageShape<O>) => T,
    ): AsyncGenerator<WatchEvent<T>, void, undefined> {
        const { random, sleep, unavailableCurve, noIdentityCurve } = this.options;
        return watch({
            ...options,
            random,
            sleep,
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

    /** The first message of a stream, which is then cancelled: left open, it would hold a slot at the endpoint. */
    private async first<I extends DescMessage, O extends DescMessage, T>(
        method: DescMethodServerStreaming<I, O>,
        options: CallOptions,
        read: (message: MessageShape<O>) => T,
    ): Promise<T> {
        const { signal } = options;
        signal?.throwIfAborted();
        const call = this.openStream(
            method,
            Date.now() + (options.timeoutMs ?? this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
        );
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
        } catch (error) {
            signal?.throwIfAborted();
            throw this.report(method.name, this.toError(method.name, error));
        } finally {
            signal?.removeEventListener("abort", cancel);
            call.cancel();
        }
    }

    private async unary<I extends DescMessage, O extends DescMessage, T>(
        method: DescMethodUnary<I, O>,
        request: MessageInitShape<I>,
        options: CallOptions,
        read: (message: MessageShape<O>) => T,
    ): Promise<T> {
        try {
            const message = await callUnary(this.client, method, request, {
                timeoutMs: options.timeoutMs ?? this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
                signal: options.signal,
                metadata: securityHeader(),
            });
            return readAnswer(method.name, message, read);
        } catch (error) {
            options.signal?.throwIfAborted();
            throw this.report(method.name, this.toError(method.name, error));
        }
    }

    private report(method: string, error: WorkloadApiError): WorkloadApiError {
        this.options.observer?.({ method, reason: error.code, message: error.message });
        return error;
    }

    private toError(method: string, error: unknown): WorkloadApiError {
        if (error instanceof WorkloadApiError) {
            return error;
        }
        const { code, name, details } = readStatus(error);
        if (code === status.PERMISSION_DENIED) {
            return new NoIdentityIssuedError(this.address.text, details, { cause: error });
        }
        return new WorkloadApiError(name, `Workload API at ${this.address.text}, ${method}: ${name}: ${details}`, {
            cause: error,
        });
    }
}

/** The header that shows the caller is not a browser lured into asking (SPIFFE_Workload_Endpoint section 3). */
function securityHeader(): Metadata {
    const metadata = new Metadata();
    metadata.set("workload.spiffe.io", "true");
    return metadata;
}
