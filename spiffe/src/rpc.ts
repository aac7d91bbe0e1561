import type {
    DescMessage,
    DescMethod,
    DescMethodUnary,
    DescService,
    MessageInitShape,
    MessageShape,
} from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Client, Metadata, MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { Metadata as GrpcMetadata, status } from "@grpc/grpc-js";

/**
 * The bridge between protobuf-es descriptors and grpc-js: one definition serves clients and servers. grpc-js wants Buffers,
 * protobuf-es gives Uint8Arrays; the views below share the memory.
 */
export function methodDefinition<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { input: I; output: O },
): MethodDefinition<MessageShape<I>, MessageShape<O>> {
    const encode =
        <D extends DescMessage>(schema: D) =>
        (message: MessageShape<D>): Buffer => {
            const bytes = toBinary(schema, message);
            return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        };
    const decode =
        <D extends DescMessage>(schema: D) =>
        (bytes: Buffer): MessageShape<D> =>
            fromBinary(schema, bytes);
    return {
        path: `/${method.parent.typeName}/${method.name}`,
        requestStream: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
        responseStream: method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming",
        requestSerialize: encode(method.input),
        requestDeserialize: decode(method.input),
        responseSerialize: encode(method.output),
        responseDeserialize: decode(method.output),
    };
}

/** All methods of a service under their local names (`fetchX509SVID`), as `grpc.Server.addService` takes them. */
export function serviceDefinition(service: DescService): ServiceDefinition {
    return Object.fromEntries(service.methods.map((method) => [method.localName, methodDefinition(method)]));
}

/** What one unary call may be told. */
export interface UnaryOptions {
    /** Milliseconds from now after which the call fails with DeadlineExceeded. */
    readonly timeoutMs: number;
    /** Cancels the call. */
    readonly signal?: AbortSignal;
    readonly metadata?: Metadata;
}

/**
 * One unary call.
 *
 * @throws the `ServiceError` of grpc-js; the signal's reason when it was aborted
 */
export function callUnary<I extends DescMessage, O extends DescMessage>(
    client: Client,
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options: UnaryOptions,
): Promise<MessageShape<O>> {
    const { path, requestSerialize, responseDeserialize } = methodDefinition<I, O>(method);
    return new Promise((resolve, reject) => {
        const { signal } = options;
        if (signal?.aborted === true) {
            reject(toError(signal.reason));
            return;
        }
        const call = client.makeUnaryRequest(
            path,
            requestSerialize,
            responseDeserialize,
            create(method.input, request),
            options.metadata ?? new GrpcMetadata(),
            { deadline: Date.now() + options.timeoutMs },
            (error, response) => {
                signal?.removeEventListener("abort", cancel);
                if (signal?.aborted === true) {
                    reject(toError(signal.reason));
                } else if (error !== null || response === undefined) {
                    reject(error ?? new Error(`${path} answered without a message`));
                } else {
                    resolve(response);
                }
            },
        );
        const cancel = (): void => call.cancel();
        signal?.addEventListener("abort", cancel, { once: true });
    });
}

/** The status codes of gRPC as they stand on the wire: numbers, of which a server may send others too. */
export const STATUS: Readonly<Record<keyof typeof status, number>> = status;

/** The name of a gRPC status code in lower case: 7 is `permission_denied`. */
export function statusName(code: number): string {
    return (status[code] ?? "unknown").toLowerCase();
}

/** What a failed call says; anything but a `ServiceError` of grpc-js counts as status UNKNOWN. */
export function readStatus(error: unknown): { readonly code: number; readonly name: string; readonly details: string } {
    const known = error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
    const code = known ? Number(error.code) : status.UNKNOWN;
    return { code, name: statusName(code), details: String(known ? error.details : error) };
}

function toError(reason: unknown): Error {
    return reason instanceof Error ? reason : new Error(String(reason));
}
