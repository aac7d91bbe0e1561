import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";

import { Server, ServerCredentials } from "@grpc/grpc-js";

/** One text field of a protocol buffer message; `number` below 16, text below 128 bytes. */
function field(number: number, text: string): Buffer {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

export interface Registrar {
    stop(): void;
    /** What the kubelet answered: whether it took the driver. Undefined until it has. */
    registered(): boolean | undefined;
}

/**
 * Plays `node-driver-registrar`, which is not to be had as a Go module: tells the kubelet of a CSI driver over the plugin
 * registration socket (kubelet plugin registration API, v1).
 *
 * @param socket the registration socket, as a path of this machine
 * @param driver name of the driver
 * @param endpoint the driver's own socket, as a path of the node
 */
export async function registerCsiDriver(socket: string, driver: string, endpoint: string): Promise<Registrar> {
    let answer: boolean | undefined;
    const server = new Server();
    const raw = {
        requestStream: false,
        responseStream: false,
        requestSerialize: (value: Buffer) => value,
        requestDeserialize: (value: Buffer) => value,
        responseSerialize: (value: Buffer) => value,
        responseDeserialize: (value: Buffer) => value,
    };
    server.addService(
        {
            GetInfo: { path: "/pluginregistration.Registration/GetInfo", ...raw },
            NotifyRegistrationStatus: { path: "/pluginregistration.Registration/NotifyRegistrationStatus", ...raw },
        },
        {
            GetInfo: (_call: unknown, reply: (error: null, value: Buffer) => void) => {
                reply(
                    null,
                    Buffer.concat([field(1, "CSIPlugin"), field(2, driver), field(3, endpoint), field(4, "1.0.0")]),
                );
            },
            NotifyRegistrationStatus: (call: { request: Buffer }, reply: (error: null, value: Buffer) => void) => {
                // RegistrationStatus.plugin_registered is field 1; it is left out where it is false.
                answer = call.request[0] === 8 && call.request[1] === 1;
                reply(null, Buffer.alloc(0));
            },
        },
    );
    mkdirSync(dirname(socket), { recursive: true });
    rmSync(socket, { force: true });
    await new Promise<void>((resolve, reject) => {
        server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
            if (error === null) {
                resolve();
            } else {
                reject(error);
            }
        });
    });
    return { stop: () => server.forceShutdown(), registered: () => answer };
}
