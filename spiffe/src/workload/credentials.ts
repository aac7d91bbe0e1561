import type { Socket } from "node:net";

import { CallCredentials, ChannelCredentials } from "@grpc/grpc-js";

type SecureConnector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/**
 * Credentials for the Workload API, which has no transport security of its own (SPIFFE_Workload_Endpoint section 3). They know the sockets
 * that a channel opens, so that it can be kept from holding up the end of the process: grpc-js has no way to say so.
 */
export class EndpointCredentials extends ChannelCredentials {
    private readonly sockets = new Set<Socket>();
    private unreferenced = false;

    /** From now on open streams no longer keep the process alive. */
    unref(): void {
        this.unreferenced = true;
        this.sockets.forEach(release);
    }

    override _isSecure(): boolean {
        return false;
    }

    override _equals(other: ChannelCredentials): boolean {
        return other === this;
    }

    override _createSecureConnector(): SecureConnector {
        return {
            connect: (socket) => {
                this.keep(socket);
                return Promise.resolve({ socket, secure: false });
            },
            waitForReady: () => Promise.resolve(),
            getCallCredentials: () => CallCredentials.createEmpty(),
            destroy: () => {},
        };
    }

    private keep(socket: Socket): void {
        this.sockets.add(socket);
        socket.once("close", () => this.sockets.delete(socket));
        if (this.unreferenced) {
            release(socket);
        }
    }
}

/** grpc-js refers to the socket of each stream anew, so that has to be without effect. */
function release(socket: Socket): void {
    socket.unref();
    socket.ref = () => socket;
}
