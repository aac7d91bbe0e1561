import type { ChildProcess } from "node:child_process";
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { buildGoProgram } from "./go-program.js";

const run = promisify(execFile);
let binary = "";

/** A line of JSON that the peer writes. */
export type PeerLine = Readonly<Record<string, unknown>>;

/** Builds the go-spiffe peer; quick when nothing has changed. */
export async function buildPeer(): Promise<void> {
    binary = await buildGoProgram("peer");
}

function environment(workloadApi: string): NodeJS.ProcessEnv {
    return { ...process.env, SPIFFE_ENDPOINT_SOCKET: workloadApi };
}

/** One command of the peer that ends by itself; rejects with what it said on standard error. */
export async function callPeer(workloadApi: string, ...args: string[]): Promise<PeerLine> {
    const { stdout } = await run(binary, args, { env: environment(workloadApi), timeout: 120_000 });
    return JSON.parse(stdout) as PeerLine;
}

/** A peer that serves until it is stopped. */
export class PeerServer {
    private readonly lines: AsyncIterator<string, undefined>;

    private constructor(
        private readonly child: ChildProcess,
        output: NodeJS.ReadableStream,
    ) {
        this.lines = createInterface({ input: output })[Symbol.asyncIterator]();
    }

    /** @returns the server and the port it listens at */
    static async start(workloadApi: string, ...args: string[]): Promise<{ server: PeerServer; port: number }> {
        const child = spawn(binary, ["serve", ...args], {
            env: environment(workloadApi),
            stdio: ["pipe", "pipe", "inherit"],
        });
        const server = new PeerServer(child, child.stdout);
        return { server, port: Number((await server.next()).port) };
    }

    /** The next line it writes: what it found of the next client. */
    async next(): Promise<PeerLine> {
        const { value, done } = await this.lines.next();
        if (done === true) {
            throw new Error("the go-spiffe peer ended");
        }
        return JSON.parse(value) as PeerLine;
    }

    /** What a quiet one has used so far: `cpuMs`, milliseconds of CPU. */
    ask(): Promise<PeerLine> {
        this.child.stdin?.write("\n");
        return this.next();
    }

    stop(): void {
        this.child.kill();
    }
}
