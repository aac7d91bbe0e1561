import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { freePort } from "./free-port.js";
import { accepts } from "./listening.js";
import { onPath } from "./spire.js";
import type { TestCa } from "./ca.js";

/** Debian keeps the server's programs off the PATH, in a folder for each release. */
const DEBIAN = "/usr/lib/postgresql";

/** The folder that holds `initdb` and `postgres`, or undefined where there is none. Empty when they are on the PATH. */
export function postgresFolder(): string | undefined {
    if (onPath("initdb") && onPath("postgres")) {
        return "";
    }
    const releases = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
    return releases.map((release) => join(DEBIAN, release, "bin")).find((folder) => existsSync(join(folder, "initdb")));
}

/** PostgreSQL refuses to run as root; its package brings a user for it. */
function unprivileged(): { uid: number; gid: number } | undefined {
    if (process.getuid?.() !== 0) {
        return undefined;
    }
    const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    return { uid: id("-u"), gid: id("-g") };
}

export interface PostgresOptions {
    /** Below a folder that its user may enter; made here. */
    readonly folder: string;
    /** Issues its certificate, for the name localhost and no address. */
    readonly authority: TestCa;
    /** Name of the one database, and of the one account, which owns it. */
    readonly name: string;
    readonly password: string;
    /** Asks clients for a certificate of the authority as well. */
    readonly verifiesClients?: boolean;
}

/** A PostgreSQL on loopback, which takes TLS connections with a password and nothing else. */
export class Postgres {
    private server: ChildProcess | undefined;

    private constructor(
        private readonly binaries: string,
        private readonly folder: string,
        readonly port: number,
        private readonly user: { uid: number; gid: number } | undefined,
    ) {}

    static async start({
        folder,
        authority,
        name,
        password,
        verifiesClients = false,
    }: PostgresOptions): Promise<Postgres> {
        const database = new Postgres(postgresFolder() ?? "", folder, await freePort(), unprivileged());
        mkdirSync(folder, { mode: 0o700 });
        database.own(folder);
        const certificate = await authority.issue("/database", { dnsNames: ["localhost"] });
        database.write("tls.crt", certificate.certPem());
        database.write("tls.key", certificate.keyPem());
        database.write("password", password);
        const data = join(folder, "data");
        database.run("initdb", [
            ...["--pgdata", data, "--username", name, "--pwfile", join(folder, "password")],
            ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
        ]);
        database.run("postgres", ["--single", "-D", data, "postgres"], `CREATE DATABASE ${name}\n`);
        const certificates = verifiesClients ? " clientcert=verify-ca" : "";
        database.write("data/pg_hba.conf", `hostssl ${name} ${name} 127.0.0.1/32 scram-sha-256${certificates}\n`);
        database.write("ca.crt", authority.certificate.toString());
        await database.start();
        return database;
    }

    /** Starts it, again after {@link kill}, and waits until it listens. */
    async start(): Promise<void> {
        const settings = {
            listen_addresses: "127.0.0.1",
            port: this.port,
            unix_socket_directories: this.folder,
            ssl: "on",
            ssl_cert_file: join(this.folder, "tls.crt"),
            ssl_key_file: join(this.folder, "tls.key"),
            ssl_ca_file: join(this.folder, "ca.crt"),
            ssl_min_protocol_version: "TLSv1.3",
            // A machine that loses power is not part of this.
            fsync: "off",
        };
        let log = "";
        const server = spawn(
            join(this.binaries, "postgres"),
            ["-D", join(this.folder, "data"), ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`])],
            { ...this.user, cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] },
        );
        server.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
        this.server = server;
        for (let tries = 0; !(await accepts(this.port)); tries++) {
            if (tries === 300 || server.exitCode !== null) {
                throw new Error(`PostgreSQL did not listen within 30 s:\n${log}`);
            }
            await delay(100);
        }
    }

    /** Cuts it off, as a crash of its machine would; what was committed is kept. */
    async kill(): Promise<void> {
        const { server } = this;
        if (server === undefined || server.exitCode !== null || server.signalCode !== null) {
            return;
        }
        // The postmaster's children end by themselves as soon as they notice.
        const ended = once(server, "exit");
        server.kill("SIGKILL");
        await ended;
    }

    private own(path: string): void {
        if (this.user !== undefined) {
            chownSync(path, this.user.uid, this.user.gid);
        }
    }

    private write(name: string, content: string): void {
        const path = join(this.folder, name);
        writeFileSync(path, content, { mode: 0o600 });
        this.own(path);
    }

    private run(program: string, args: readonly string[], input = ""): void {
        execFileSync(join(this.binaries, program), args, { ...this.user, cwd: this.folder, input, stdio: "pipe" });
    }
}
