/**
 * Joins the node's network namespace with the machine's loopback through a Unix socket, so that the API server has the
 * same address on both sides and no interface of the machine is touched.
 *
 *   forward.mts inside SOCKET             in the namespace: a connection names a local port on its first line
 *   forward.mts outside SOCKET PORT...    on the machine: each port of 127.0.0.1 leads to the same port inside
 */
import { rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";

function join(one: Socket, other: Socket): void {
    one.pipe(other);
    other.pipe(one);
    for (const [socket, peer] of [
        [one, other],
        [other, one],
    ] as const) {
        socket.on("error", () => peer.destroy());
        socket.on("close", () => peer.destroy());
    }
}

const [side, path = "", ...ports] = process.argv.slice(2);
if (side === "inside") {
    rmSync(path, { force: true });
    createServer((outer) => {
        outer.on("error", () => outer.destroy());
        outer.once("readable", () => {
            // The first line is written in one piece by the other side, before anything else.
            const first = outer.read() as Buffer | null;
            const end = first?.indexOf(10) ?? -1;
            if (first === null || end < 0) {
                outer.destroy();
                return;
            }
            const inner = createConnection({
                host: "127.0.0.1",
                port: Number(first.subarray(0, end).toString("utf8")),
            });
            inner.write(first.subarray(end + 1));
            join(outer, inner);
        });
    }).listen(path);
} else {
    for (const port of ports) {
        createServer((outer) => {
            const inner = createConnection({ path });
            inner.write(`${port}\n`);
            join(outer, inner);
        }).listen(Number(port), "127.0.0.1");
    }
}
