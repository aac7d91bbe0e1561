import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { JWTSVIDRequest, ValidateJWTSVIDRequest } from "../gen/workload/workloadapi_pb.js";
import {
    JWTBundlesResponseSchema,
    JWTSVIDResponseSchema,
    SpiffeWorkloadAPI,
    ValidateJWTSVIDResponseSchema,
    X509BundlesResponseSchema,
    X509SVIDResponseSchema,
} from "../gen/workload/workloadapi_pb.js";
import type { X509Bundle, X509Svid } from "../index.js";
import { serviceDefinition } from "../rpc.js";

/** The RPCs of the Workload API by their names in the standard. */
export type WorkloadMethod =
    "FetchX509SVID" | "FetchX509Bundles" | "FetchJWTSVID" | "FetchJWTBundles" | "ValidateJWTSVID";

type Stream = grpc.ServerWritableStream<unknown, unknown>;

/** A scripted failure of the next calls of one method. */
interface Failure {
    readonly code: grpc.status;
    readonly details: string;
    left: number;
}

/** An X509SVIDResponse of the Workload API as it is written down in a test. */
export type X509Message = MessageInitShape<typeof X509SVIDResponseSchema>;

/** A Workload API in memory on a socket of its own. Streams get the current message at once and each later one as it is set. */
export class FakeWorkloadApi {
    /** Calls that arrived, header faults included. */
    readonly calls: WorkloadMethod[] = [];
    /** Milliseconds before any answer. */
    delayMs = 0;
    /** Acts as if something between had dropped the security header of every call. */
    losesHeader = false;
    onFetchJwt: (request: JWTSVIDRequest) => MessageInitShape<typeof JWTSVIDResponseSchema> = () => ({ svids: [] });
    onValidateJwt: (request: ValidateJWTSVIDRequest) => MessageInitShape<typeof ValidateJWTSVIDResponseSchema> =
        () => ({});
    private readonly streams = new Map<WorkloadMethod, Set<Stream>>();
    private readonly current = new Map<WorkloadMethod, unknown>();
    private readonly failures = new Map<WorkloadMethod, Failure>();
    private server: grpc.Server | undefined;
    private withdrawn = false;

    private constructor(
        private readonly folder: string,
        /** As a client takes it: `unix:///…/api.sock` or `tcp://127.0.0.1:port`. */
        public address: string,
    ) {}

    /** Listens on a new unix socket, with `tcp` on a free loopback port, or on the socket given, whose folder is its own. */
    static async start(where: "unix" | "tcp" | { readonly socket: string } = "unix"): Promise<FakeWorkloadApi> {
        const socket = typeof where === "object" ? where.socket : undefined;
        const folder = socket === undefined ? await mkdtemp(join(tmpdir(), "fake-workload-api-")) : dirname(socket);
        const fake = new FakeWorkloadApi(
            folder,
            where === "tcp" ? "tcp://127.0.0.1:0" : `unix://${socket ?? join(folder, "api.sock")}`,
        );
        await fake.listen();
        return fake;
    }

    /** Starts to listen again after {@link crash}, at the same address. */
    async listen(): Promise<void> {
        const server = new grpc.Server({ "grpc.max_send_message_length": -1, "grpc.max_receive_message_length": -1 });
        server.addService(serviceDefinition(SpiffeWorkloadAPI), this.handlers());
        const port = await new Promise<number>((resolve, reject) => {
            server.bindAsync(
                this.address.replace("tcp://", ""),
                grpc.ServerCredentials.createInsecure(),
                (error, bound) => (error === null ? resolve(bound) : reject(error)),
            );
        });
        if (this.address.startsWith("tcp:")) {
            this.address = `tcp://127.0.0.1:${port}`;
        }
        this.server = server;
    }

    /** Goes away at once, connections cut; what was set is kept. */
    crash(): void {
        this.server?.forceShutdown();
        this.server = undefined;
        this.streams.clear();
    }

    async stop(): Promise<void> {
        this.crash();
        await rm(this.folder, { recursive: true });
    }

    /** How many streams of a method are open. */
    open(method: WorkloadMethod): number {
        return this.streams.get(method)?.size ?? 0;
    }

    /** Issues these identities and bundles to every stream, open or to come. */
    issue(svids: readonly X509Svid[], bundles: readonly X509Bundle[]): void {
        this.setX509(x509Message(svids, bundles));
    }

    /** Takes the identity away: open streams end with PermissionDenied, and so does each new one until something is issued again. */
    withdraw(): void {
        const details = "no identity issued";
        this.failNext("FetchX509SVID", grpc.status.PERMISSION_DENIED, details, Infinity);
        this.breakStreams("FetchX509SVID", grpc.status.PERMISSION_DENIED, details);
        this.withdrawn = true;
    }

    /** As {@link issue}, of a message of any shape. */
    setX509(message: X509Message): void {
        if (this.withdrawn) {
            this.withdrawn = false;
            this.failures.delete("FetchX509SVID");
        }
        this.publish("FetchX509SVID", create(X509SVIDResponseSchema, message));
    }

    setX509Bundles(message: MessageInitShape<typeof X509BundlesResponseSchema>): void {
        this.publish("FetchX509Bundles", create(X509BundlesResponseSchema, message));
    }

    setJwtBundles(message: MessageInitShape<typeof JWTBundlesResponseSchema>): void {
        this.publish("FetchJWTBundles", create(JWTBundlesResponseSchema, message));
    }

    /** Lets the next `times` calls of a method fail; open streams go on. */
    failNext(method: WorkloadMethod, code: grpc.status, details: string, times = 1): void {
        this.failures.set(method, { code, details, left: times });
    }

    /** Breaks every open stream of a method with a status, OK for a healthy end. */
    breakStreams(method: WorkloadMethod, code: grpc.status, details = ""): void {
        for (const stream of this.streams.get(method) ?? []) {
            if (code === grpc.status.OK) {
                stream.end();
            } else {
                stream.emit("error", { code, details });
            }
        }
        this.streams.delete(method);
    }

    private publish(method: WorkloadMethod, message: unknown): void {
        this.current.set(method, message);
        for (const stream of this.streams.get(method) ?? []) {
            stream.write(message);
        }
    }

    private handlers(): grpc.UntypedServiceImplementation {
        return {
            fetchX509SVID: this.streaming("FetchX509SVID"),
            fetchX509Bundles: this.streaming("FetchX509Bundles"),
            fetchJWTBundles: this.streaming("FetchJWTBundles"),
            fetchJWTSVID: this.unary("FetchJWTSVID", (request: JWTSVIDRequest) =>
                create(JWTSVIDResponseSchema, this.onFetchJwt(request)),
            ),
            validateJWTSVID: this.unary("ValidateJWTSVID", (request: ValidateJWTSVIDRequest) =>
                create(ValidateJWTSVIDResponseSchema, this.onValidateJwt(request)),
            ),
        };
    }

    /** The status to answer with instead of a message: a scripted one, or that of the missing header (Workload Endpoint section 3). */
    private refusal(method: WorkloadMethod, metadata: grpc.Metadata): Partial<grpc.StatusObject> | undefined {
        this.calls.push(method);
        if (this.losesHeader || metadata.get("workload.spiffe.io").join() !== "true") {
            return { code: grpc.status.INVALID_ARGUMENT, details: "security header missing from request" };
        }
        const failure = this.failures.get(method);
        if (failure === undefined || failure.left === 0) {
            return undefined;
        }
        failure.left -= 1;
        return { code: failure.code, details: failure.details };
    }

    private streaming(method: WorkloadMethod): grpc.handleServerStreamingCall<unknown, unknown> {
        return (call) => {
            const refused = this.refusal(method, call.metadata);
            setTimeout(() => {
                if (refused !== undefined) {
                    call.emit("error", refused);
                    return;
                }
                const streams = this.streams.get(method) ?? new Set();
                this.streams.set(method, streams.add(call));
                call.on("cancelled", () => streams.delete(call));
                const message = this.current.get(method);
                if (message !== undefined) {
                    call.write(message);
                }
            }, this.delayMs).unref();
        };
    }

    private unary<I, O>(method: WorkloadMethod, answer: (request: I) => O): grpc.handleUnaryCall<I, O> {
        return (call, callback) => {
            const refused = this.refusal(method, call.metadata);
            setTimeout(() => {
                if (refused !== undefined) {
                    callback(refused);
                } else {
                    callback(null, answer(call.request));
                }
            }, this.delayMs).unref();
        };
    }
}

/** DER certificates one after the other, as the Workload API sends them. */
export function concatDer(certificates: readonly { readonly raw: Buffer }[]): Uint8Array {
    return new Uint8Array(Buffer.concat(certificates.map((certificate) => certificate.raw)));
}

/**
 * An X509SVIDResponse with these identities.
 *
 * @param bundles the own trust domains' and the federated ones', in any order
 */
export function x509Message(svids: readonly X509Svid[], bundles: readonly X509Bundle[]): X509Message {
    const own = new Set(svids.map((svid) => svid.id.trustDomain.name));
    return {
        svids: svids.map((svid) => ({
            spiffeId: svid.id.toString(),
            x509Svid: concatDer(svid.certificates),
            x509SvidKey: new Uint8Array(svid.privateKey.export({ type: "pkcs8", format: "der" })),
            bundle: concatDer(
                bundles.find((bundle) => bundle.trustDomain.equals(svid.id.trustDomain))?.authorities ?? [],
            ),
            hint: svid.hint,
        })),
        federatedBundles: Object.fromEntries(
            bundles
                .filter((bundle) => !own.has(bundle.trustDomain.name))
                .map((bundle) => [bundle.trustDomain.id.toString(), concatDer(bundle.authorities)]),
        ),
    };
}
