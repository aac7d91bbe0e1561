import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { render } from "../../components/spire/config/json";
import { serverConf } from "../../components/spire/config/server";
import type { SpireSettings } from "../../components/spire/model";
import { onPath } from "../../spiffe/test/support/spire.js";
import type { Joining, ServerConf } from "../../spiffe/test/support/spire-servers.js";
import { LocalAgent, ReplicaServer } from "../../spiffe/test/support/spire-servers.js";

/** What is missing of some programs, to stand behind the title of a suite that is skipped for it. */
export function missingOf(programs: readonly string[], more: readonly string[] = []): string {
    const missing = [...programs.filter((program) => !onPath(program)), ...more];
    return missing.length === 0 ? "" : ` (skipped: missing: ${missing.join(", ")})`;
}

/** server.conf as the settings render it. */
export function confOf(settings: SpireSettings): ServerConf {
    return JSON.parse(render(serverConf(settings))) as ServerConf;
}

/** SPIRE servers and agents of this machine, in a folder that goes with them. */
export class Site {
    readonly folder: string;
    private readonly servers: ReplicaServer[] = [];
    private readonly agents: LocalAgent[] = [];

    constructor() {
        // Short: the path of a Unix socket has 107 characters at most.
        this.folder = mkdtempSync(join(tmpdir(), "site-"));
        // A database's own user has to get through.
        chmodSync(this.folder, 0o711);
    }

    /** Has a server that is not started yet end with the rest. */
    keep(server: ReplicaServer): ReplicaServer {
        this.servers.push(server);
        return server;
    }

    /**
     * A server by settings, not started yet.
     *
     * @param places paths of the pod that its configuration names, each with the one of this machine
     */
    async server(
        name: string,
        settings: SpireSettings,
        places: Readonly<Record<string, string>> = {},
    ): Promise<ReplicaServer> {
        const text = Object.entries(places).reduce(
            (conf, [path, local]) => conf.replaceAll(path, local),
            JSON.stringify(confOf(settings)),
        );
        return this.keep(await ReplicaServer.of(name, join(this.folder, name), JSON.parse(text) as ServerConf));
    }

    async agent(name: string, server: ReplicaServer, trustDomain: string, joining: Joining = {}): Promise<LocalAgent> {
        const agent = await LocalAgent.attest(name, this.folder, server, trustDomain, joining);
        this.agents.push(agent);
        return agent;
    }

    async remove(): Promise<void> {
        await Promise.all(this.agents.map((agent) => agent.stop()));
        this.servers.forEach(({ client }) => client.close());
        await Promise.all(this.servers.map((server) => server.kill()));
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}
