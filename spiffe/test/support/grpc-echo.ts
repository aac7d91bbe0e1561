import * as grpc from "@grpc/grpc-js";

type Call = grpc.ServerUnaryCall<string, string>;

const text = {
    serialize: (value: string): Buffer => Buffer.from(value),
    deserialize: (bytes: Buffer): string => bytes.toString(),
};

const method: grpc.MethodDefinition<string, string> = {
    path: "/test.Echo/Say",
    requestStream: false,
    responseStream: false,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
};

/** A gRPC server that answers a text with that text and what `describe` says of the call. */
export function echoServer(describe: (call: Call) => string): grpc.Server {
    const server = new grpc.Server();
    const say: grpc.handleUnaryCall<string, string> = (call, callback) => {
        callback(null, `${call.request} from ${describe(call)}`);
    };
    server.addService({ say: method }, { say });
    return server;
}

/** One call of {@link echoServer}. */
export function echoCall(client: grpc.Client, message: string, timeoutMs = 5_000): Promise<string> {
    return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
            method.path,
            text.serialize,
            text.deserialize,
            message,
            { deadline: Date.now() + timeoutMs },
            (error, response) => (error === null ? resolve(response ?? "") : reject(error)),
        );
    });
}
