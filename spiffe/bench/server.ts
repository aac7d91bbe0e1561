// The server of the handshake benchmark, in a process of its own: greets each client and hangs up. Tells its parent the port.
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { authorizeId, peerOf, SpiffeId } from "../src/index.js";
import { X509Source } from "../src/entry/workload.js";
import { createTlsServer } from "../src/tls/index.js";

const identity = await X509Source.start();
const policy = { authorize: authorizeId(SpiffeId.parse(process.argv[2] ?? "")), kem: "require" as const };
const server = createTlsServer(identity, policy, (socket) => {
    socket.on("error", () => {}).end(`hello ${peerOf(socket)?.id}\n`);
});
await once(server.listen(0, "127.0.0.1"), "listening");
process.send?.((server.address() as AddressInfo).port);
