import { mkdtempSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { render } from "../../components/spire/config/json";
import { serverConf } from "../../components/spire/config/server";
import type { SpireSettings } from "../../components/spire/model";
import { onPath } from "../../spiffe/test/support/spire.js";
import type { LocalAgent, ServerConf } from "../../spiffe/test/support/spire-servers.js";
import { ReplicaServer } from "../../spiffe/test/support/spire-servers.js";

/** What is missing of some programs, to stand behind the title of a suite that is skipped for it. */
export function skippedFor(programs: readonly string[], more: readonly string[] = []): string {
    const missing = [...programs.filter((program) => !onPath(program)), ...more];
    return missing.length === 0 ? "" : ` (skipped: not installed: ${missing.join(", ")})`;
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
    }

    /** A server that is not started yet. */
    async server(name: string, settings: SpireSettings): Promise<ReplicaServer> {
        // A database's own user has to get through.
        await chmod(this.folder, 0o711);
        const server = await ReplicaServer.of(name, join(this.folder, name), confOf(settings));
        this.servers.push(server);
        return server;
    }

    /** Has what was started elsewhere end with the rest. */
    add<T extends ReplicaServer | LocalAgent>(started: T): T {
        (started instanceof ReplicaServer ? this.servers : (this.agents as (typeof started)[])).push(started as never);
        return started;
    }

    async remove(): Promise<void> {
        await Promise.all(this.agents.map((agent) => agent.stop()));
        this.servers.forEach(({ client }) => client.close());
        await Promise.all(this.servers.map((server) => server.kill()));
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}
