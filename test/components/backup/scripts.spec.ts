import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
    chmodSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TestCa } from "../../../spiffe/test/support/ca.js";
import { Postgres, postgresFolder } from "../../../spiffe/test/support/postgres.js";
import { onPath } from "../../../spiffe/test/support/spire.js";
import { Pod, SCRIPTS } from "../../support/backup-pod";

const KEYS = '{"keys":{"x509-CA-A":"of the authority"}}';

const lacking = (programs: readonly string[]) => programs.filter((program) => !onPath(program));
const skipped = (missing: readonly string[]) =>
    missing.length === 0 ? "" : ` (skipped: not installed: ${missing.join(", ")})`;

const noSqlite = lacking(["restic", "sqlite3"]);

describe(`a backup of a server on SQLite${skipped(noSqlite)}`, function () {
    this.timeout(120_000);
    let pod: Pod;

    before(function () {
        if (noSqlite.length > 0) {
            this.skip();
        }
        pod = new Pod({ DATABASE: "sqlite" });
        writeFileSync(pod.path("data/keys.json"), KEYS);
        pod.sqlite("PRAGMA journal_mode=WAL; CREATE TABLE entries (id TEXT); INSERT INTO entries VALUES ('first');");
        pod.run("backup.sh");
    });

    after(() => {
        if (noSqlite.length === 0) {
            pod.remove();
        }
    });

    it("brings entries and keys back after the loss of the volume", () => {
        rmSync(pod.path("data"), { recursive: true });
        rmSync(pod.path("work"), { recursive: true });
        mkdirSync(pod.path("data"));
        mkdirSync(pod.path("work"));
        assert.match(pod.run("restore.sh"), /restored spire-server-0: bundle\.crt datastore\.sqlite3 keys\.json /);
        assert.equal(readFileSync(pod.path("data/keys.json"), "utf8"), KEYS);
        assert.equal(pod.sqlite("SELECT id FROM entries;"), "first");
    });

    it("goes back to what was there, whatever has been written since", () => {
        pod.sqlite("INSERT INTO entries VALUES ('second');");
        // What a killed server leaves behind belongs to another file.
        writeFileSync(pod.path("data/datastore.sqlite3-wal"), "of another database");
        pod.run("restore.sh");
        assert.equal(pod.sqlite("SELECT group_concat(id) FROM entries;"), "first");
        assert.equal(existsSync(pod.path("data/datastore.sqlite3-wal")), false);
    });

    it("says nothing in the clear in the store, and keeps as many snapshots as it is told", () => {
        pod.sqlite("INSERT INTO entries VALUES ('third');");
        pod.run("backup.sh");
        pod.run("backup.sh");
        const clear = spawnSync("grep", ["-rlE", "of the (authority|trust domain)|third", pod.path("store")]);
        assert.equal(clear.status, 1, clear.stdout.toString());
        assert.equal(snapshots(pod), 2);
    });

    it("fails, and keeps nothing, where the keys are not there, and restores no snapshot that lacks them", () => {
        const before = snapshots(pod);
        const missing = { FILES: "key-identifier" };
        assert.throws(() => pod.run("backup.sh", missing), /cannot stat .*data\/key-identifier/);
        assert.equal(snapshots(pod), before);
        const entries = pod.sqlite("SELECT group_concat(id) FROM entries;");
        pod.sqlite("INSERT INTO entries VALUES ('fourth');");
        assert.throws(() => pod.run("restore.sh", missing), /cannot stat .*spire\/key-identifier/);
        assert.equal(pod.sqlite("SELECT group_concat(id) FROM entries;"), `${entries},fourth`);
    });

    it("fails where the store is not what it was, or the password another", () => {
        writeFileSync(pod.path("other"), "another");
        assert.throws(
            () => pod.run("backup.sh", { RESTIC_PASSWORD_FILE: pod.path("other") }),
            /wrong password|already (?:initialized|exists)/,
        );
        assert.throws(() => pod.run("restore.sh", { HOST: "spire-server-9" }), /no snapshot found|no matching/);
    });
});

const noImage = [
    ...lacking(["restic", "sqlite3", "pg_dump"]),
    ...(process.getuid?.() === 0 ? [] : ["the rights of root"]),
];

describe(`the image of the backups${skipped(noImage)}`, function () {
    this.timeout(120_000);
    let image: string;

    before(function () {
        if (noImage.length > 0) {
            this.skip();
        }
        image = mkdtempSync(join(tmpdir(), "image-"));
        execFileSync("/bin/sh", ["backup/assemble.sh", image], { stdio: "pipe" });
        chmodSync(image, 0o755);
        cpSync(SCRIPTS, join(image, "scripts"), { recursive: true });
        // A container runtime brings the devices.
        mkdirSync(join(image, "dev"));
        writeFileSync(join(image, "dev/null"), "");
        chmodSync(join(image, "dev/null"), 0o666);
    });

    after(() => {
        if (noImage.length === 0) {
            rmSync(image, { recursive: true, force: true });
        }
    });

    it("holds the programs that the scripts name, and no package manager, compiler or other language", () => {
        const tools = ["cp", "dash", "dirname", "find", "grep", "head", "ls", "mkdir", "rm", "sed", "sh", "tr"];
        const clients = ["pg_dump", "pg_restore", "restic", "sqlite3"];
        assert.deepEqual(readdirSync(join(image, "usr/bin")).sort(), [...tools, ...clients].sort());
        assert.deepEqual(readdirSync(image).sort(), ["bin", "dev", "etc", "lib", "lib64", "scripts", "tmp", "usr"]);
        const versions = execFileSync("chroot", [image, "/bin/sh", "-c", "pg_dump --version && pg_restore --version"]);
        assert.match(versions.toString(), /^pg_dump \(PostgreSQL\) .*\npg_restore \(PostgreSQL\) /);
    });

    it("backs up and restores as a user without rights, with nothing of the machine beside it", () => {
        const pod = new Pod({ DATABASE: "sqlite" }, image);
        writeFileSync(pod.path("data/keys.json"), KEYS);
        pod.sqlite("CREATE TABLE entries (id TEXT); INSERT INTO entries VALUES ('first');");
        execFileSync("chown", ["-R", "1000:1000", pod.root]);
        pod.run("backup.sh");
        rmSync(pod.path("data/keys.json"));
        pod.sqlite("DELETE FROM entries;");
        assert.match(pod.run("restore.sh"), /restored spire-server-0: bundle\.crt datastore\.sqlite3 keys\.json /);
        assert.equal(readFileSync(pod.path("data/keys.json"), "utf8"), KEYS);
        assert.equal(pod.sqlite("SELECT id FROM entries;"), "first");
    });
});

const noPostgres = [
    ...lacking(["restic", "pg_dump", "psql"]),
    ...(postgresFolder() === undefined ? ["PostgreSQL"] : []),
];

describe(`a backup of servers on PostgreSQL${skipped(noPostgres)}`, function () {
    this.timeout(120_000);
    const password = "with : and \\ and '";
    let pod: Pod;
    let database: Postgres;
    let connection: Readonly<Record<string, string>>;

    const sql = (text: string): string =>
        execFileSync("psql", ["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--command", text], {
            encoding: "utf8",
            env: { PATH: process.env["PATH"], ...connection, PGPASSWORD: password },
        }).trim();

    before(async function () {
        if (noPostgres.length > 0) {
            this.skip();
        }
        pod = new Pod({ DATABASE: "postgres", FILES: "key-identifier" });
        const authority = await TestCa.create("database.test");
        database = await Postgres.start({ folder: pod.path("postgres"), authority, name: "spire", password });
        writeFileSync(pod.path("ca.crt"), authority.certificate.toString());
        writeFileSync(pod.path("database-password"), password);
        connection = {
            PGHOST: "localhost",
            PGPORT: String(database.port),
            PGDATABASE: "spire",
            PGUSER: "spire",
            PGSSLMODE: "verify-full",
            PGSSLROOTCERT: pod.path("ca.crt"),
        };
        sql("CREATE TABLE entries (id TEXT PRIMARY KEY); INSERT INTO entries VALUES ('first');");
        writeFileSync(pod.path("data/key-identifier"), "of the key service");
    });

    after(async () => {
        if (noPostgres.length === 0) {
            await database.kill();
            pod.remove();
        }
    });

    it("brings back what was dumped over a verified connection, over what is there since", () => {
        const secrets = { ...connection, PASSWORD_FILE: pod.path("database-password") };
        pod.run("backup.sh", secrets);
        sql("DELETE FROM entries; INSERT INTO entries VALUES ('second'), ('third');");
        rmSync(pod.path("data/key-identifier"));
        pod.run("restore.sh", secrets);
        assert.equal(sql("SELECT string_agg(id, ',') FROM entries;"), "first");
        assert.equal(readFileSync(pod.path("data/key-identifier"), "utf8"), "of the key service");
    });

    it("brings back into an empty database too", () => {
        sql("DROP TABLE entries;");
        pod.run("restore.sh", { ...connection, PASSWORD_FILE: pod.path("database-password") });
        assert.equal(sql("SELECT string_agg(id, ',') FROM entries;"), "first");
    });

    it("fails, and keeps nothing, where the dump does", () => {
        writeFileSync(pod.path("wrong"), "wrong");
        const before = snapshots(pod);
        assert.throws(
            () => pod.run("backup.sh", { ...connection, PASSWORD_FILE: pod.path("wrong") }),
            /password authentication failed/,
        );
        assert.equal(snapshots(pod), before);
    });
});

function snapshots(pod: Pod): number {
    const listed = execFileSync("restic", ["snapshots", "--json"], {
        encoding: "utf8",
        env: {
            PATH: process.env["PATH"],
            HOME: pod.path("home"),
            RESTIC_PASSWORD_FILE: pod.path("password"),
            RESTIC_REPOSITORY_FILE: pod.path("repository"),
        },
    });
    return (JSON.parse(listed) as readonly unknown[]).length;
}
