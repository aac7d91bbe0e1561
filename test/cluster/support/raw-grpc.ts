import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";

import { Server, ServerCredentials, status } from "@grpc/grpc-js";

import { messageOf } from "../harness/errors";

/** Answers a unary call's message with a message; what it throws is told to the caller as INTERNAL. */
export type RawHandler = (request: Buffer) => Promise<Buffer> | Buffer;

/** Serves unary methods of `service` on a Unix socket, their messages as bytes. */
export async function serveRaw(
    socket: string,
    services: Readonly<Record<string, Readonly<Record<string, RawHandler>>>>,
): Promise<Server> {
    const server = new Server();
    for (const [service, methods] of Object.entries(services)) {
        const entries = Object.entries(methods);
        server.addService(
            Object.fromEntries(
                entries.map(([name]) => [
                    name,
                    {
                        path: `/${service}/${name}`,
                        requestStream: false,
                        responseStream: false,
                        requestSerialize: (value: Buffer) => value,
                        requestDeserialize: (value: Buffer) => value,
                        responseSerialize: (value: Buffer) => value,
                        responseDeserialize: (value: Buffer) => value,
                    },
                ]),
            ),
            Object.fromEntries(
                entries.map(([name, handler]) => [
                    name,
                    (
                        call: { request: Buffer },
                        reply: (error: { code: status; details: string } | null, value?: Buffer) => void,
                    ) => {
                        void Promise.resolve(call.request)
                            .then(handler)
                            .then(
                                (value) => reply(null, value),
                                (error: unknown) => reply({ code: status.INTERNAL, details: messageOf(error) }),
                            );
                    },
                ]),
            ),
        );
    }
    await mkdir(dirname(socket), { recursive: true });
    await rm(socket, { force: true });
    await new Promise<void>((resolve, reject) => {
        server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
            if (error === null) {
                resolve();
            } else {
                reject(error);
            }
        });
    });
    return server;
}
