import { connect, type NetConnectOpts } from "node:net";
import { createPool, type PoolOptions } from "mysql2/promise";
import type { X509Provider } from "@x0tta6bl4/spiffe";
import { type ClientPolicy, connectSocket, createTlsServer, type ServerPolicy } from "@x0tta6bl4/spiffe/tls";

export function pool(identity: X509Provider, policy: ClientPolicy, { host, port, ...options }: PoolOptions) {
    return createPool({ ...options, stream: () => connectSocket(identity, policy, { host, port }) });
}
export function front(identity: X509Provider, policy: ServerPolicy, database: NetConnectOpts) {
    return createTlsServer(identity, policy, (client) => {
        const server = connect(database).on("error", () => client.destroy());
        client.on("error", () => {}).once("close", () => server.destroy());
        client.pipe(server).pipe(client);
    });
}
