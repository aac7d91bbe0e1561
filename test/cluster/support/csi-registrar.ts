import { join } from "node:path";

import type { Node } from "../harness/node";
import { textMessage } from "./protobuf";
import { serveRaw } from "./raw-grpc";

export interface Registrar {
    stop(): Promise<void>;
    /** What the kubelet answered: whether it took the driver. Undefined until it has. */
    registered(): boolean | undefined;
}

/** The kubelet's folder on the node. */
const KUBELET = "var-lib/kubelet";

/** Where a driver listens on the node, as a path of this machine. */
export function driverSocket(node: Node, driver: string): string {
    return join(node.folder, KUBELET, "plugins", driver, "csi.sock");
}

/**
 * Plays `node-driver-registrar`, which is not to be had as a Go module: tells the kubelet of a CSI driver over the plugin
 * registration socket (kubelet plugin registration API, v1).
 */
export async function registerCsiDriver(node: Node, driver: string): Promise<Registrar> {
    let answer: boolean | undefined;
    const socket = join(node.folder, KUBELET, "plugins_registry", `${driver}-reg.sock`);
    // As the kubelet of the node finds it.
    const endpoint = `/var/lib/kubelet/plugins/${driver}/csi.sock`;
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
    const stop = (): Promise<void> => {
        server.forceShutdown();
        return Promise.resolve();
    };
    return { stop, registered: () => answer };
}
