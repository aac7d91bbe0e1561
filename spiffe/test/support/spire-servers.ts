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

import type { AgentSettings } from "../../src/agent/index.js";
import { SpireAgentManager } from "../../src/agent/index.js";
import { pickId, X509Source } from "../../src/entry/workload.js";
import { SpiffeId, TrustDomain } from "../../src/index.js";
import type { EntrySpec } from "../../src/spire/index.js";
import { SpireServerClient } from "../../src/spire/index.js";
import { freePort } from "./free-port.js";

const ROOT = join(import.meta.dirname, "../../..");
/** What a server may take to be ready, on a busy machine. */
const READY_SECONDS = 60;

/** What is changed of a server.conf here. */
export interface ServerConf {
    readonly server: { readonly federation?: { readonly bundle_endpoint: object }; readonly [key: string]: unknown };
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
 * A SPIRE server with a stack's configuration. What belongs to the pod (addresses, ports, folders) is that of this machine; and
 * where the stack has what this machine has not, it is left out or replaced: keys are on disk, agents also attest by join token,
 * and the bundle is published to no cluster.
 */
export class ReplicaServer {
    readonly socketPath: string;
    readonly client: SpireServerClient;
    /** All that the server has logged. */
    log = "";
    private process: ChildProcess | undefined;

    private constructor(
        readonly name: string,
        readonly folder: string,
        readonly port: number,
        private readonly healthPort: number,
        /** Where it serves its bundle, if its configuration has it do so. */
        readonly federationPort: number,
        private readonly variables: Readonly<Record<string, string>>,
    ) {
        this.socketPath = join(folder, "api.sock");
        this.client = new SpireServerClient({ address: `unix://${this.socketPath}` });
    }

    /** One of several that share a database. */
    static async create(
        name: string,
        folder: string,
        production: ServerConf,
        database: DatabaseAccess,
    ): Promise<ReplicaServer> {
        const [store] = production.plugins.DataStore;
        const dsn = (store?.sql.plugin_data.connection_string ?? "")
            .replace(/ host=\S+ port=\d+ /, ` host=${database.host ?? "localhost"} port=${database.port} `)
            .replace(/ sslrootcert=\S+/, ` sslrootcert=${database.anchor}`);
        const DataStore = [{ sql: { plugin_data: { ...store?.sql.plugin_data, connection_string: dsn } } }];
        const conf = { ...production, plugins: { ...production.plugins, DataStore } };
        return ReplicaServer.of(name, folder, conf, { PGPASSWORD: database.password });
    }

    /** @param conf as it is rendered; a path in its data volume is one in `folder` */
    static async of(
        name: string,
        folder: string,
        conf: ServerConf,
        variables: Readonly<Record<string, string>> = {},
    ): Promise<ReplicaServer> {
        const [port, health, federation] = [await freePort(), await freePort(), await freePort()];
        const server = new ReplicaServer(name, folder, port, health, federation, variables);
        mkdirSync(folder, { recursive: true });
        const { federation: served, ...own } = conf.server;
        const local = {
            ...conf,
            server: {
                ...own,
                ...{ bind_address: "127.0.0.1", bind_port: port },
                ...{ data_dir: folder, socket_path: server.socketPath },
                ...(served !== undefined && {
                    federation: {
                        bundle_endpoint: { ...served.bundle_endpoint, address: "127.0.0.1", port: federation },
                    },
                }),
            },
            plugins: {
                ...conf.plugins,
                KeyManager: [{ disk: { plugin_data: { keys_path: join(folder, "keys.json") } } }],
                NodeAttestor: [...conf.plugins.NodeAttestor, { join_token: { plugin_data: {} } }],
                BundlePublisher: undefined,
            },
            health_checks: {
                ...{ listener_enabled: true, bind_address: "127.0.0.1", bind_port: String(health) },
                ...{ live_path: "/live", ready_path: "/ready" },
            },
            telemetry: { Prometheus: { host: "127.0.0.1", port: await freePort() } },
        };
        writeFileSync(join(folder, "server.conf"), JSON.stringify(local).replaceAll("/run/spire/data", folder));
        return server;
    }

    /**
     * Starts it, again after {@link kill}.
     *
     * @param program that of another release
     */
    launch(program = "spire-server"): void {
        const child = spawn(program, ["run", "-config", join(this.folder, "server.conf")], {
            stdio: ["ignore", "pipe", "pipe"],
            env: { ...process.env, ...this.variables },
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

/** How an agent joins, where not in the usual way. */
export interface Joining {
    /** Where it meets its server, if not at the server's own port. */
    readonly port?: number;
    /** That of another release. */
    readonly command?: readonly [string, ...string[]];
}

/** An agent of a server by a join token, on a node of its own. */
export class LocalAgent {
    private current: SpireAgentManager;
    private readonly sources: X509Source[] = [];

    private constructor(
        readonly node: SpiffeId,
        private readonly settings: AgentSettings,
        command: Joining["command"],
    ) {
        this.current = new SpireAgentManager(settings, { command });
    }

    static async attest(
        name: string,
        folder: string,
        server: ReplicaServer,
        trustDomain: string,
        { port = server.port, command = ["spire-agent"] }: Joining = {},
    ): Promise<LocalAgent> {
        const node = SpiffeId.parse(`spiffe://${trustDomain}/node/${name}`);
        const token = await server.client.agents.createJoinToken({ alias: node });
        const trustBundle = join(folder, `${name}.pem`);
        writeFileSync(trustBundle, (await server.client.bundles.get()).x509.authorities.map(String).join(""));
        const settings: AgentSettings = {
            trustDomain: TrustDomain.parse(trustDomain),
            server: { host: "127.0.0.1", port },
            dataDir: join(folder, `agent-${name}`, "data"),
            socketPath: join(folder, `agent-${name}`, "public", "api.sock"),
            trustBundle: { path: trustBundle },
            nodeAttestation: { type: "join_token", token: token.value },
            workloadAttestation: [{ type: "unix" }],
            health: { port: await freePort() },
            syncIntervalSeconds: 1,
            requirePqKem: true,
        };
        const agent = new LocalAgent(node, settings, command);
        await agent.manager.start();
        return agent;
    }

    get manager(): SpireAgentManager {
        return this.current;
    }

    get socketPath(): string {
        return this.settings.socketPath;
    }

    /** Puts another release in its place, which goes on with its data. */
    async replace(command: Joining["command"]): Promise<void> {
        await this.current.stop();
        this.current = new SpireAgentManager(
            { ...this.settings, nodeAttestation: { type: "join_token" } },
            { command },
        );
        await this.current.start();
    }

    /** Registers a workload on its node, or changes what it is. Every workload of a test run is this very process. */
    async register(by: ReplicaServer, spiffeId: SpiffeId, over: Partial<EntrySpec> = {}): Promise<void> {
        const selectors = [{ type: "unix", value: `uid:${process.getuid?.() ?? 0}` }];
        const entry = { spiffeId, parentId: this.node, selectors, x509SvidTtl: 25, ...over };
        const { created, updated, failed } = await by.client.entries.register([entry]);
        if (created.length + updated.length !== 1 || failed.length > 0) {
            throw new Error(`${spiffeId.toString()} was not registered: ${JSON.stringify(failed)}`);
        }
    }

    /** The SVID of a workload, once it has one, and those after it. */
    async follow(spiffeId: SpiffeId): Promise<X509Source> {
        const followed = await X509Source.start({
            address: this.current.workloadApiAddress,
            picker: pickId(spiffeId),
            startTimeoutMs: 60_000,
            noIdentityCurve: { initialMs: 100, maxMs: 500, factor: 1.5 },
        });
        this.sources.push(followed);
        return followed;
    }

    async stop(): Promise<void> {
        this.sources.forEach((source) => source.close());
        await this.current.stop();
    }
}
