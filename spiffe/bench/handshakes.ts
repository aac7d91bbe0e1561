import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { callPeer, PeerServer } from "../../test/interop/peer.js";
import { authorizeId, SpiffeId } from "../src/index.js";
import { X509Source } from "../src/entry/workload.js";
import { connectTls } from "../src/tls/index.js";
import { TestCa } from "../test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../test/support/fake-workload-api.js";

const SERVER = SpiffeId.parse("spiffe://bench.test/server");
const CLIENT = SpiffeId.parse("spiffe://bench.test/client");
const AT_ONCE = 4;

/** Handshakes of one pair of client and server. Times in milliseconds, from connecting to the end of the greeting. */
export interface HandshakeFigures {
    readonly client: "this library" | "go-spiffe";
    readonly server: "this library" | "go-spiffe";
    readonly perSecond: number;
    readonly p50: number;
    readonly p99: number;
    readonly failures: number;
}

type Dial = (port: number, total: number) => Promise<Omit<HandshakeFigures, "client" | "server">>;
type Serve = () => Promise<{ port: number; stop: () => void }>;

/**
 * Full mutual TLS 1.3 handshakes by X25519MLKEM768 and EC P-256, each on a new connection with a greeting read to its end; every side in a
 * process of its own, every pair in the same run.
 */
export async function benchHandshakes(total: number): Promise<HandshakeFigures[]> {
    const ca = await TestCa.create("bench.test");
    const [serverApi, clientApi] = [await FakeWorkloadApi.start(), await FakeWorkloadApi.start()];
    serverApi.setX509(x509Message([await ca.issue("/server")], [ca.bundle]));
    clientApi.setX509(x509Message([await ca.issue("/client")], [ca.bundle]));
    const servers: Record<HandshakeFigures["server"], Serve> = {
        "this library": () => serveHere(serverApi.address),
        "go-spiffe": async () => {
            const args = [CLIENT.toString(), "X25519MLKEM768", "quiet"];
            const { server, port } = await PeerServer.start(serverApi.address, ...args);
            return { port, stop: () => server.stop() };
        },
    };
    const clients: Record<HandshakeFigures["client"], Dial> = {
        "this library": (port, count) => dialHere(clientApi.address, port, count),
        "go-spiffe": async (port, count) => {
            const args = [`127.0.0.1:${port}`, SERVER.toString(), String(count), String(AT_ONCE)];
            const { perSecond, p50, p99, failures } = await callPeer(clientApi.address, "bench-dial", ...args);
            return { perSecond: Number(perSecond), p50: Number(p50), p99: Number(p99), failures: Number(failures) };
        },
    };
    const figures: HandshakeFigures[] = [];
    for (const [server, serve] of Object.entries(servers) as [HandshakeFigures["server"], Serve][]) {
        for (const [client, dial] of Object.entries(clients) as [HandshakeFigures["client"], Dial][]) {
            const { port, stop } = await serve();
            // The first handshakes pay for compilation and empty caches.
            await dial(port, 200);
            figures.push({ client, server, ...(await dial(port, total)) });
            stop();
        }
    }
    await Promise.all([serverApi.stop(), clientApi.stop()]);
    return figures;
}

async function serveHere(workloadApi: string): Promise<{ port: number; stop: () => void }> {
    const child = fork(join(import.meta.dirname, "server.ts"), [CLIENT.toString()], {
        env: { ...process.env, SPIFFE_ENDPOINT_SOCKET: workloadApi },
    });
    const [port] = (await once(child, "message")) as [number];
    return { port, stop: () => child.kill() };
}

async function dialHere(
    address: string,
    port: number,
    total: number,
): Promise<Omit<HandshakeFigures, "client" | "server">> {
    const identity = await X509Source.start({ address });
    const policy = { authorize: authorizeId(SERVER), kem: "require" as const };
    const times: number[] = [];
    let failures = 0;
    let left = total;
    const worker = async (): Promise<void> => {
        while (left-- > 0) {
            const begin = performance.now();
            try {
                const socket = await connectTls(identity, policy, { host: "127.0.0.1", port });
                await once(socket.resume(), "end");
                times.push(performance.now() - begin);
                socket.destroy();
            } catch {
                failures += 1;
            }
        }
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const perSecond = (total / (performance.now() - start)) * 1_000;
    identity.close();
    times.sort((a, b) => a - b);
    const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0;
    return { perSecond, p50: at(0.5), p99: at(0.99), failures };
}
