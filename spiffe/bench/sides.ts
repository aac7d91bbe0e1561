import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { callPeer, PeerServer } from "../../test/interop/peer.js";

/** What does one side of a handshake. */
export type Kind = "this library" | "go-spiffe" | "node:tls";

/** What a process of a side is told at its start. */
export interface SideSettings {
    readonly role: "client" | "server";
    readonly kind: Exclude<Kind, "go-spiffe">;
    /** The SPIFFE ID that the other side must have. */
    readonly peer: string;
    /** The only key exchange group of node:tls; this library requires the hybrid. */
    readonly group: string;
    /** The material of node:tls alone; this library asks the Workload API. */
    readonly pem: { readonly cert: string; readonly key: string; readonly ca: string };
}

/** What a client is to do. */
export interface DialOrder {
    readonly port: number;
    readonly total: number;
    readonly atOnce: number;
}

/** What became of it: the times of those that succeeded, the time of all, and the CPU milliseconds of the client. */
export interface Dialled {
    readonly timesMs: readonly number[];
    readonly elapsedMs: number;
    readonly cpuMs: number;
}

export interface ServerSide {
    readonly port: number;
    /** CPU milliseconds since the last call. */
    usage(): Promise<number>;
    stop(): void;
}

export interface ClientSide {
    dial(order: DialOrder): Promise<Dialled>;
    stop(): void;
}

/** Starts a server of node. @param workloadApi where this library gets its SVID */
export async function startServer(settings: Omit<SideSettings, "role">, workloadApi: string): Promise<ServerSide> {
    const child = start({ role: "server", ...settings }, workloadApi);
    const port = (await answer(child)) as number;
    return {
        port,
        usage: () => (child.send("usage"), answer(child) as Promise<number>),
        stop: () => child.kill(),
    };
}

/** Starts a client of node, which keeps what it has compiled from one order to the next. */
export async function startClient(settings: Omit<SideSettings, "role">, workloadApi: string): Promise<ClientSide> {
    const child = start({ role: "client", ...settings }, workloadApi);
    await answer(child);
    return {
        dial: (order) => (child.send(order), answer(child) as Promise<Dialled>),
        stop: () => child.kill(),
    };
}

/** Starts a server of go-spiffe. */
export async function startGoServer(peer: string, group: string, workloadApi: string): Promise<ServerSide> {
    const { server, port } = await PeerServer.start(workloadApi, peer, group, "quiet");
    let last = 0;
    return {
        port,
        usage: async () => {
            const { cpuMs } = await server.ask();
            const since = Number(cpuMs) - last;
            last = Number(cpuMs);
            return since;
        },
        stop: () => server.stop(),
    };
}

/** A client of go-spiffe, a process for each order. */
export function goClient(peer: string, workloadApi: string): ClientSide {
    return {
        dial: async ({ port, total, atOnce }) => {
            const args = [`127.0.0.1:${port}`, peer, String(total), String(atOnce)];
            return (await callPeer(workloadApi, "bench-dial", ...args)) as unknown as Dialled;
        },
        stop: () => {},
    };
}

function start(settings: SideSettings, workloadApi: string): ChildProcess {
    return fork(join(import.meta.dirname, "side.ts"), {
        env: { ...process.env, SPIFFE_ENDPOINT_SOCKET: workloadApi, SIDE: JSON.stringify(settings) },
    });
}

/** The next message of a child. Rejects when it ends before. */
async function answer(child: ChildProcess): Promise<unknown> {
    const answered = new AbortController();
    const options = { signal: answered.signal };
    const ended = once(child, "exit", options).then(() => Promise.reject(new Error("a side of the benchmark ended")));
    try {
        const [value] = (await Promise.race([once(child, "message", options), ended])) as unknown[];
        return value;
    } finally {
        ended.catch(() => {});
        answered.abort();
    }
}
