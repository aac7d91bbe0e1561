import { textMessage } from "./protobuf";
import { serveRaw } from "./raw-grpc";

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
    const server = await serveRaw(socket, {
        "pluginregistration.Registration": {
            GetInfo: () => textMessage({ 1: "CSIPlugin", 2: driver, 3: endpoint, 4: "1.0.0" }),
            NotifyRegistrationStatus: (request) => {
                // RegistrationStatus.plugin_registered is field 1; it is left out where it is false.
                answer = request[0] === 8 && request[1] === 1;
                return Buffer.alloc(0);
            },
        },
    });
    return { stop: () => server.forceShutdown(), registered: () => answer };
}
