// One side of the handshake benchmark, in a process of its own: `server` or `client`, of `this library` or of `node:tls` alone.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { connect, createSecureContext, createServer } from "node:tls";

import { authorizeId, SpiffeId } from "../src/index.js";
import { X509Source } from "../src/entry/workload.js";
import { connectTls, createTlsServer } from "../src/tls/index.js";
import type { DialOrder, Dialled, SideSettings } from "./sides.js";

/** What node:tls alone is told for the same as this library does: mutual TLS 1.3, no session resumed. */
const BARE = { minVersion: "TLSv1.3", rejectUnauthorized: true, noDelay: true } as const;

const { role, kind, peer, group, pem } = JSON.parse(process.env["SIDE"] ?? "{}") as SideSettings;
const policy = { authorize: authorizeId(SpiffeId.parse(peer)), kem: "require" as const };
const bare: SecureContextOptions = { ...pem, minVersion: BARE.minVersion, ecdhCurve: group };

let last = process.cpuUsage();
/** CPU milliseconds since the last call. */
function usage(): number {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    return (user + system) / 1_000;
}

async function serve(): Promise<void> {
    const greet = (socket: TLSSocket): void => void socket.on("error", () => {}).end("hello\n");
    const server =
        kind === "this library"
            ? createTlsServer(await X509Source.start(), policy, greet)
            : createServer({ ...BARE, ...bare, requestCert: true }, greet);
    await once(server.listen(0, "127.0.0.1"), "listening");
    process.on("message", () => process.send?.(usage()));
    process.send?.((server.address() as AddressInfo).port);
}

async function dialler(): Promise<(port: number) => Promise<TLSSocket>> {
    if (kind === "this library") {
        const identity = await X509Source.start();
        return (port) => connectTls(identity, policy, { host: "127.0.0.1", port });
    }
    // One context for all, as this library has one for each SVID: to make one for each connection would cost more than the rest. SVIDs
    // have no DNS name; OpenSSL has verified the chain by then.
    const options = { ...BARE, secureContext: createSecureContext(bare), checkServerIdentity: () => undefined };
    return async (port) => {
        const socket = connect({ ...options, host: "127.0.0.1", port });
        await once(socket, "secureConnect");
        return socket;
    };
}

async function measure(
    dial: (port: number) => Promise<TLSSocket>,
    { port, total, atOnce }: DialOrder,
): Promise<Dialled> {
    const timesMs: number[] = [];
    let left = total;
    const worker = async (): Promise<void> => {
        while (left-- > 0) {
            const begin = performance.now();
            try {
                const socket = await dial(port);
                await once(socket.resume(), "end");
                timesMs.push(performance.now() - begin);
                socket.destroy();
            } catch {
                // It is missing from the times.
            }
        }
    };
    usage();
    const start = performance.now();
    await Promise.all(Array.from({ length: atOnce }, worker));
    return { timesMs, elapsedMs: performance.now() - start, cpuMs: usage() };
}

if (role === "server") {
    await serve();
} else {
    const dial = await dialler();
    process.on("message", (order: DialOrder) => void measure(dial, order).then((dialled) => process.send?.(dialled)));
    process.send?.("ready");
}
