import { WebSocket, WebSocketServer } from "ws";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { peerOf } from "@x0tta6bl4/spiffe";
import { createHttpsServer, SpiffeHttpsAgent } from "@x0tta6bl4/spiffe/http";
import type { ClientPolicy, ServerPolicy } from "@x0tta6bl4/spiffe/tls";

export function serve(identity: X509Provider, policy: ServerPolicy) {
    const server = createHttpsServer(identity, policy, (_request, response) => response.writeHead(426).end());
    new WebSocketServer({ server }).on("connection", (socket, request) => socket.send(`Hello, ${peerOf(request)?.id}`));
    return server;
}
export const open = (identity: X509Provider, policy: ClientPolicy, url: string) =>
    new WebSocket(url, { agent: new SpiffeHttpsAgent(identity, policy) });
