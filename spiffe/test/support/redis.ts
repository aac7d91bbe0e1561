import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { TestCa } from "./ca.js";
import { freePort } from "./free-port.js";
import { accepts } from "./listening.js";

/** A Redis on loopback that speaks TLS only, and asks clients for a certificate of the same authority. */
export class Redis {
    private constructor(
        private readonly server: ChildProcess,
        private readonly folder: string,
        readonly port: number,
    ) {}

    static async start(authority: TestCa): Promise<Redis> {
        const folder = await mkdtemp(join(tmpdir(), "redis-"));
        const port = await freePort();
        const svid = await authority.issue("/server");
        const files = {
            "tls-cert-file": ["tls.crt", svid.certPem()],
            "tls-key-file": ["tls.key", svid.keyPem()],
            "tls-ca-cert-file": ["ca.crt", authority.certificate.toString()],
        } as const;
        const settings = ["port 0", `tls-port ${port}`, "bind 127.0.0.1", "tls-auth-clients yes", 'save ""'];
        for (const [setting, [name, content]] of Object.entries(files)) {
            const path = join(folder, name);
            await writeFile(path, content, { mode: 0o600 });
            settings.push(`${setting} ${path}`);
        }
        const config = join(folder, "redis.conf");
        await writeFile(config, `${settings.join("\n")}\n`);
        const server = spawn("redis-server", [config], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
        let log = "";
        server.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
        while (!(await accepts(port))) {
            if (server.exitCode !== null) {
                throw new Error(`Redis ended at its start:\n${log}`);
            }
            await delay(50);
        }
        return new Redis(server, folder, port);
    }

    async stop(): Promise<void> {
        if (this.server.exitCode === null) {
            const ended = once(this.server, "exit");
            this.server.kill("SIGKILL");
            await ended;
        }
        await rm(this.folder, { recursive: true, force: true });
    }
}
