import { accessSync, constants } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { AgentSettings } from "../../src/agent/index.js";
import { SpireAgentManager } from "../../src/agent/index.js";
import { AgentProcess } from "../../src/agent/process.js";
import { SpiffeId, TrustDomain } from "../../src/index.js";
import type { JoinToken } from "../../src/spire/index.js";
import { SpireServerClient } from "../../src/spire/index.js";
import { freePort } from "./free-port.js";

const DOMAIN = "example.org";

/** An executable on the PATH. */
export function onPath(name: string): boolean {
    return (process.env.PATH ?? "").split(delimiter).some((folder) => {
        try {
            accessSync(join(folder, name), constants.X_OK);
            return true;
        } catch {
            return false;
        }
    });
}

/** A real SPIRE server on loopback, with sqlite and keys in a folder of its own, and agents of it. */
export class SpireWorld {
    /** What entries are parented to: the alias of the first agent. */
    readonly node = SpiffeId.parse(`spiffe://${DOMAIN}/node/test`);
    readonly client: SpireServerClient;
    private server: AgentProcess | undefined;
    private readonly managers: SpireAgentManager[] = [];

    private constructor(
        private readonly folder: string,
        private readonly port: number,
    ) {
        this.client = new SpireServerClient({ address: `unix://${join(folder, "server.sock")}` });
    }

    static async start(): Promise<SpireWorld> {
        const world = new SpireWorld(await mkdtemp(join(tmpdir(), "spire-")), await freePort());
        await mkdir(join(world.folder, "server"));
        const config = {
            server: {
                trust_domain: DOMAIN,
                bind_address: "127.0.0.1",
                bind_port: world.port,
                data_dir: join(world.folder, "server"),
                socket_path: join(world.folder, "server.sock"),
                log_level: "ERROR",
                default_x509_svid_ttl: "1h",
                experimental: { cache_reload_interval: "1s" },
            },
            plugins: {
                DataStore: [
                    {
                        sql: {
                            plugin_data: {
                                database_type: "sqlite3",
                                connection_string: join(world.folder, "server/datastore.sqlite3"),
                            },
                        },
                    },
                ],
                KeyManager: [{ disk: { plugin_data: { keys_path: join(world.folder, "server/keys.json") } } }],
                NodeAttestor: [{ join_token: { plugin_data: {} } }],
            },
        };
        await writeFile(join(world.folder, "server.conf"), JSON.stringify(config));
        await world.startServer();
        return world;
    }

    /** Starts the server, again after {@link killServer}, and writes its bundle where agents find it. */
    async startServer(): Promise<void> {
        this.server = new AgentProcess(
            ["spire-server"],
            ["run", "-config", join(this.folder, "server.conf")],
            () => {},
        );
        for (let tries = 0; ; tries++) {
            try {
                const { x509 } = await this.client.bundles.get();
                await writeFile(this.bundlePath, x509.authorities.map(String).join(""));
                return;
            } catch (error) {
                if (tries === 100) {
                    throw error;
                }
                await delay(100);
            }
        }
    }

    async killServer(): Promise<void> {
        this.server?.kill();
        await this.server?.exited;
    }

    /** Settings of an agent of this server. */
    async agentSettings(name: string, token: JoinToken): Promise<AgentSettings> {
        return {
            trustDomain: TrustDomain.parse(DOMAIN),
            server: { host: "127.0.0.1", port: this.port },
            dataDir: join(this.folder, name, "data"),
            socketPath: join(this.folder, name, "public/api.sock"),
            trustBundle: { path: this.bundlePath },
            nodeAttestation: { type: "join_token", token: token.value },
            workloadAttestation: [{ type: "unix" }],
            health: { port: await freePort() },
            syncIntervalSeconds: 1,
            requirePqKem: true,
        };
    }

    /** A manager that is stopped in the end. */
    manage(settings: AgentSettings): SpireAgentManager {
        const manager = new SpireAgentManager(settings, { restart: { initialMs: 100, maxMs: 1_000, factor: 2 } });
        this.managers.push(manager);
        return manager;
    }

    async stop(): Promise<void> {
        await Promise.all(this.managers.map((manager) => manager.stop()));
        this.client.close();
        await this.server?.stop(5_000);
        await rm(this.folder, { recursive: true });
    }

    private get bundlePath(): string {
        return join(this.folder, "bundle.pem");
    }
}
