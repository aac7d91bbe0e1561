// The server of the comparison with bare node:tls, in a process of its own: hangs up on each client that it has verified. Tells its parent
// the port, and at each message its CPU time in milliseconds since the last one.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";

import { authorizeId, SpiffeId, StaticX509Provider } from "../src/index.js";
import { createTlsServer } from "../src/tls/index.js";
import { BARE_OPTIONS, readMaterial } from "./material.js";

const [kind, group = ""] = process.argv.slice(2);
const material = readMaterial(process.env["MATERIAL"] ?? "");
const greet = (socket: { end(text: string): unknown; on(event: "error", listener: () => void): unknown }): void => {
    socket.on("error", () => {});
    socket.end("hello\n");
};
const server =
    kind === "bare"
        ? createServer({ ...BARE_OPTIONS, ...material.pem, ecdhCurve: group, requestCert: true }, greet)
        : createTlsServer(
              new StaticX509Provider(material),
              { authorize: authorizeId(SpiffeId.parse("spiffe://bench.test/client")) },
              greet,
          );
await once(server.listen(0, "127.0.0.1"), "listening");
let last = process.cpuUsage();
process.on("message", () => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    process.send?.((user + system) / 1_000);
});
process.send?.((server.address() as AddressInfo).port);
