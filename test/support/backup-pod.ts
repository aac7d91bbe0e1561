import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The scripts of the backup's jobs. */
export const SCRIPTS = "components/backup/scripts";
const BUNDLE = "-----BEGIN CERTIFICATE-----\nof the trust domain\n-----END CERTIFICATE-----\n";

type Script = "backup.sh" | "restore.sh";

/** Folders and variables as the pods have them, with a repository of its own. */
export class Pod {
    readonly root: string;

    /** @param image folder that a pod sees as its whole file system; left out, it sees that of the machine */
    constructor(
        private readonly variables: Readonly<Record<string, string>>,
        private readonly image = "",
    ) {
        this.root = mkdtempSync(join(image === "" ? tmpdir() : image, "backup-"));
        // The database's user has to get through.
        chmodSync(this.root, 0o711);
        for (const folder of ["work", "data", "bundle", "home"]) {
            mkdirSync(this.path(folder));
        }
        writeFileSync(this.path("password"), "of the repository");
        writeFileSync(this.path("repository"), this.seen("store"));
        writeFileSync(this.path("bundle/bundle.crt"), BUNDLE);
    }

    path(name: string): string {
        return join(this.root, name);
    }

    /** The path by which a program in the pod knows what is in a folder of it. */
    private seen(name: string): string {
        return this.path(name).slice(this.image.length);
    }

    /** Runs a script to a good end; returns what it says. */
    run(script: Script, over: Readonly<Record<string, string>> = {}): string {
        const [program, args, env] = this.command(script, over);
        return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env });
    }

    /** The same while other things go on. */
    async runBeside(script: Script, over: Readonly<Record<string, string>> = {}): Promise<string> {
        const [program, args, env] = this.command(script, over);
        return (await promisify(execFile)(program, args, { env })).stdout;
    }

    private command(
        script: Script,
        over: Readonly<Record<string, string>>,
    ): readonly [program: string, args: readonly string[], variables: NodeJS.ProcessEnv] {
        const [program = "", ...args] = [
            ...(this.image === "" ? [] : ["chroot", "--userspec=1000:1000", this.image]),
            ...["/bin/sh", join(this.image === "" ? SCRIPTS : "/scripts", script)],
        ];
        const variables = {
            PATH: process.env["PATH"],
            WORK: this.seen("work"),
            DATA: this.seen("data"),
            BUNDLE: this.seen("bundle"),
            HOME: this.seen("home"),
            HOST: "spire-server-0",
            FILES: "keys.json",
            KEEP: "--keep-last 2",
            RESTIC_PASSWORD_FILE: this.seen("password"),
            RESTIC_REPOSITORY_FILE: this.seen("repository"),
            ...this.variables,
            ...over,
        };
        return [program, args, variables];
    }

    sqlite(sql: string): string {
        return execFileSync("sqlite3", [this.path("data/datastore.sqlite3"), sql], { encoding: "utf8" }).trim();
    }

    remove(): void {
        rmSync(this.root, { recursive: true, force: true });
    }
}
