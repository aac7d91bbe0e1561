import type { ChildProcess } from "node:child_process";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

import { parse } from "yaml";

import { SpireServerClient } from "../../src/spire/index.js";
import { freePort } from "./free-port.js";

const ROOT = join(import.meta.dirname, "../../..");
/** What a server may take to be ready, on a busy machine. */
const READY_SECONDS = 60;

interface ServerConf {
    readonly server: Record<string, unknown>;
    readonly plugins: {
        readonly DataStore: readonly { readonly sql: { readonly plugin_data: { connection_string: string } } }[];
        readonly NodeAttestor: readonly unknown[];
    };
}

/** server.conf of the production stack, as it is rendered for the cluster. */
export async function productionConf(folder: string): Promise<ServerConf> {
    const out = join(folder, "manifests");
    await promisify(execFile)(
        process.execPath,
        ["--import=tsx", "hardening/cli/process.ts", "render", "--stack", "production", "--out", out],
        { cwd: ROOT },
    );
    const file = readdirSync(out).find((name) => name.endsWith("-configmap-spire-spire-server.yaml"));
    const { data } = parse(readFileSync(join(out, file ?? ""), "utf8")) as { data: Record<string, string> };
    return JSON.parse(data["server.conf"] ?? "") as ServerConf;
}

export interface DatabaseAccess {
    readonly port: number;
    readonly password: string;
    /** @default "localhost", which is the name in its certificate */
    readonly host?: string;
    /** PEM file of the authority that its certificate must lead to. */
    readonly anchor: string;
}

/**
 * One of several SPIRE servers that share a database, with the production stack's configuration. What belongs to the pod
 * (addresses, ports, folders) is that of this machine; and where the stack has what this machine has not, it is left out
 * or replaced: keys are on disk instead of in Vault's transit engine, agents also attest by join token, and the bundle is
 * published to no cluster.
 */
export class ReplicaServer {
    readonly client: SpireServerClient;
    /** All that the server has logged. */
    log = "";
    private process: ChildProcess | undefined;

    private constructor(
        readonly name: string,
        private readonly folder: string,
        readonly port: number,
        private readonly healthPort: number,
        private readonly password: string,
    ) {
        this.client = new SpireServerClient({ address: `unix://${join(folder, "api.sock")}` });
    }

    static async create(
        name: string,
        folder: string,
        production: ServerConf,
        database: DatabaseAccess,
    ): Promise<ReplicaServer> {
        const server = new ReplicaServer(name, folder, await freePort(), await freePort(), database.password);
        mkdirSync(folder, { recursive: true });
        const [store] = production.plugins.DataStore;
        const dsn = (store?.sql.plugin_data.connection_string ?? "")
            .replace(/ host=\S+ port=\d+ /, ` host=${database.host ?? "localhost"} port=${database.port} `)
            .replace(/ sslrootcert=\S+/, ` sslrootcert=${database.anchor}`);
        const conf = {
            ...production,
            server: {
                ...production.server,
                ...{ bind_address: "127.0.0.1", bind_port: server.port },
                ...{ data_dir: folder, socket_path: join(folder, "api.sock") },
            },
            plugins: {
                ...production.plugins,
                DataStore: [{ sql: { plugin_data: { ...store?.sql.plugin_data, connection_string: dsn } } }],
                KeyManager: [{ disk: { plugin_data: { keys_path: join(folder, "keys.json") } } }],
                NodeAttestor: [...production.plugins.NodeAttestor, { join_token: { plugin_data: {} } }],
                BundlePublisher: undefined,
            },
            health_checks: {
                ...{ listener_enabled: true, bind_address: "127.0.0.1", bind_port: String(server.healthPort) },
                ...{ live_path: "/live", ready_path: "/ready" },
            },
            telemetry: { Prometheus: { host: "127.0.0.1", port: await freePort() } },
        };
        writeFileSync(join(folder, "server.conf"), JSON.stringify(conf));
        return server;
    }

    /** Starts it, again after {@link kill}. */
    launch(): void {
        const child = spawn("spire-server", ["run", "-config", join(this.folder, "server.conf")], {
            stdio: ["ignore", "pipe", "pipe"],
            env: { ...process.env, PGPASSWORD: this.password },
        });
        for (const stream of [child.stdout, child.stderr]) {
            stream.on("data", (chunk: Buffer) => (this.log += chunk.toString()));
        }
        this.process = child;
    }

    /** Whether its readiness probe would succeed. */
    async isReady(): Promise<boolean> {
        return fetch(`http://127.0.0.1:${this.healthPort}/ready`).then(
            ({ status }) => status === 200,
            () => false,
        );
    }

    /** Waits for its readiness; started again whenever it ends, as a kubelet does. */
    async untilReady(): Promise<void> {
        const deadline = Date.now() + READY_SECONDS * 1_000;
        while (!(await this.isReady())) {
            if (Date.now() > deadline) {
                throw new Error(`${this.name} was not ready within ${READY_SECONDS} s:\n${this.log.slice(-2_000)}`);
            }
            if (this.hasEnded()) {
                this.launch();
            }
            await delay(200);
        }
    }

    /** Resolves to the exit code once it has ended by itself. */
    async ended(): Promise<number | null> {
        const { process: child } = this;
        return child === undefined || child.exitCode !== null
            ? (child?.exitCode ?? null)
            : ((await once(child, "exit")) as [number | null])[0];
    }

    async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
        if (this.process !== undefined && !this.hasEnded()) {
            const ended = once(this.process, "exit");
            this.process.kill(signal);
            await ended;
        }
    }

    private hasEnded(): boolean {
        return this.process?.exitCode !== null || this.process.signalCode !== null;
    }
}

/** What a Service does: connections go to the servers that take them, in turn. */
export class Balancer {
    private readonly server: Server;
    private readonly sockets = new Map<Socket, number>();
    private turn = 0;

    private constructor(private readonly ports: readonly number[]) {
        this.server = createServer({ pauseOnConnect: true }, (client) => {
            client.on("error", () => client.destroy());
            this.forward(client, this.ports.length);
        });
    }

    static async start(ports: readonly number[]): Promise<Balancer> {
        const balancer = new Balancer(ports);
        await new Promise<void>((resolve) => balancer.server.listen(0, "127.0.0.1", resolve));
        return balancer;
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    /** The ports of the servers that have connections now. */
    get busy(): readonly number[] {
        return [...new Set(this.sockets.values())];
    }

    stop(): void {
        this.server.close();
        [...this.sockets.keys()].forEach((socket) => socket.destroy());
    }

    private forward(client: Socket, attempts: number): void {
        const port = this.ports[this.turn++ % this.ports.length] ?? 0;
        const upstream = connect(port, "127.0.0.1");
        upstream.once("error", () => {
            if (attempts > 1) {
                this.forward(client, attempts - 1);
            } else {
                client.destroy();
            }
        });
        upstream.once("connect", () => {
            upstream.removeAllListeners("error");
            this.sockets.set(upstream, port);
            for (const [one, other] of [
                [client, upstream],
                [upstream, client],
            ] as const) {
                one.on("error", () => other.destroy());
                one.once("close", () => other.destroy());
            }
            upstream.once("close", () => this.sockets.delete(upstream));
            client.pipe(upstream).pipe(client);
        });
    }
}
