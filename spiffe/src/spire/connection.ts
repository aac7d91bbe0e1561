import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ChannelCredentials } from "@grpc/grpc-js";
import { Client, credentials } from "@grpc/grpc-js";

import { SpiffeError } from "../errors.js";
import { callUnary, readStatus, STATUS, statusName } from "../rpc.js";

/** Answers carry up to a page of entries: well above grpc-js's 4 MiB, and still finite. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 30_000;

/** A call to the SPIRE server failed; `code` is the gRPC status in lower case, such as `permission_denied`. */
export class SpireApiError extends SpiffeError {
    constructor(
        code: string,
        message: string,
        /** The gRPC status code. */
        readonly status: number,
        options?: ErrorOptions,
    ) {
        super(code, message, options);
    }
}

/** Where the SPIRE server listens. */
export interface SpireConnectionOptions {
    /** `unix:///tmp/spire-server/private/api.sock` for a local administrator, or `host:port` with an admin SVID's `credentials`. */
    readonly address: string;
    /** Needed for TCP; see `channelCredentials()` of this library. Sockets take none. */
    readonly credentials?: ChannelCredentials;
    /** Milliseconds allowed for each call. Defaults to 30,000. */
    readonly timeoutMs?: number;
}

/** One channel to the SPIRE server, shared by all services. */
export class SpireConnection {
    private readonly client: Client;
    private readonly timeoutMs: number;

    /** @throws {SpiffeError} `invalid_address` when TCP is asked for without credentials: admin calls never go in the clear. */
    constructor(options: SpireConnectionOptions) {
        const local = options.address.startsWith("unix:");
        if (!local && options.credentials === undefined) {
            throw new SpiffeError(
                "invalid_address",
                `address ${JSON.stringify(options.address)} is not a unix: socket, so the connection needs credentials of an admin SVID`,
            );
        }
        this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
        this.client = new Client(options.address, options.credentials ?? credentials.createInsecure(), {
            "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
            "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
            // A server that restarts is found again within a second.
            "grpc.max_reconnect_backoff_ms": 1_000,
        });
    }

    /** @throws {SpireApiError} */
    async call<I extends DescMessage, O extends DescMessage>(
        method: DescMethodUnary<I, O>,
        request: MessageInitShape<I>,
    ): Promise<MessageShape<O>> {
        try {
            return await callUnary(this.client, method, request, { timeoutMs: this.timeoutMs });
        } catch (error) {
            throw toApiError(`${method.parent.name}.${method.name}`, error);
        }
    }

    close(): void {
        this.client.close();
    }
}

/** Turns the status of a batch of one into an error unless it is OK. */
export function requireOk(call: string, result: { code: number; message: string } | undefined): void {
    const { code, message } = result ?? { code: STATUS.UNKNOWN, message: "the server gave no result" };
    if (code !== STATUS.OK) {
        throw new SpireApiError(statusName(code), `SPIRE server, ${call}: ${statusName(code)}: ${message}`, code);
    }
}

function toApiError(call: string, error: unknown): SpireApiError {
    const { code, name, details } = readStatus(error);
    return new SpireApiError(name, `SPIRE server, ${call}: ${name}: ${details}`, code, { cause: error });
}
