import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { status } from "@grpc/grpc-js";

import { COMMANDS } from "../src/cli/commands.js";
import { HELP } from "../src/cli/help.js";
import { OPTIONS, UsageError } from "../src/cli/options.js";
import { loadSettings, readSettings } from "../src/cli/settings.js";
import { JwtSvid } from "../src/entry/jwt.js";
import { X509Bundle, X509Svid } from "../src/index.js";
import { TestCa } from "./support/ca.js";
import { eventually } from "./support/eventually.js";
import { FakeWorkloadApi } from "./support/fake-workload-api.js";
import { freePort } from "./support/free-port.js";
import { TokenIssuer } from "./support/tokens.js";
import { withoutCoverage } from "./support/without-coverage.js";

describe("The spiffe command", () => {
    const issuer = new TokenIssuer("example.org");
    let ca: TestCa;
    let partner: TestCa;
    let api: FakeWorkloadApi;
    let folder: string;
    let said: string[];
    let logged: string[];

    before(async () => {
        [ca, partner] = [await TestCa.create("example.org"), await TestCa.create("partner.test")];
    });
    beforeEach(async () => {
        [said, logged] = [[], []];
        folder = await mkdtemp(join(tmpdir(), "spiffe-command-"));
        api = await FakeWorkloadApi.start();
        api.issue([await ca.issue("/web")], [ca.bundle, partner.bundle]);
        api.setJwtBundles({ bundles: { "spiffe://example.org": new TextEncoder().encode(issuer.document) } });
        const tokens = await Promise.all(
            ["reports", "both"].map((name) => issuer.issue({ audience: name === "both" ? ["a", "b"] : [name] })),
        );
        api.onFetchJwt = ({ audience }) => ({
            svids: [{ spiffeId: "spiffe://example.org/web", svid: tokens[audience.includes("a") ? 1 : 0] ?? "" }],
        });
    });
    afterEach(async () => {
        await api.stop();
        await rm(folder, { recursive: true });
    });

    const run = (name: string, args: readonly string[], signal = new AbortController().signal): Promise<void> => {
        const output = { say: (line: string) => said.push(line), log: (line: string) => logged.push(line) };
        return COMMANDS[name]?.run(args, output, signal) ?? assert.fail(name);
    };
    const files = (): string[] => ["--address", api.address, "--to", join(folder, "svid")];
    const read = (name: string): Promise<string> => readFile(join(folder, "svid", name), "utf8");
    const mode = async (name: string): Promise<string> =>
        ((await stat(join(folder, "svid", name))).mode & 0o777).toString(8);
    const count = (pem: string): number => pem.split("BEGIN CERTIFICATE").length - 1;

    describe("fetch", () => {
        it("writes SVID, key and bundle, each readable by whom it is for", async () => {
            await run("fetch", files());
            const svid = await X509Svid.load(join(folder, "svid/svid.pem"), join(folder, "svid/svid_key.pem"));
            assert.equal(svid.id.toString(), "spiffe://example.org/web");
            assert.equal(await read("bundle.pem"), String(ca.certificate));
            assert.deepEqual(await Promise.all(["svid.pem", "svid_key.pem", "bundle.pem"].map(mode)), [
                "644",
                "600",
                "644",
            ]);
            assert.deepEqual(said, [`spiffe://example.org/web in ${join(folder, "svid")}`]);
        });

        it("writes what it is told, by the names and modes it is told", async () => {
            const middle = await ca.intermediate();
            const old = await TestCa.create("example.org", { notAfter: new Date(Date.now() - 1_000) });
            const bundle = new X509Bundle(ca.trustDomain, [ca.certificate, old.certificate]);
            api.issue([await middle.issue("/web")], [bundle, partner.bundle]);
            await run("fetch", [
                ...files(),
                ...["--certificates", "tls.crt", "--key", "tls.key", "--bundle", "ca.crt", "--federated"],
                ...["--intermediates-in-bundle", "--omit-expired", "--certificate-mode", "0600", "--key-mode", "0640"],
                ...["--jwt", "reports=reports.jwt", "--jwt", "a,b=both.jwt", "--jwt-mode", "0640"],
                ...["--jwt-bundle", "jwks.json"],
            ]);
            assert.equal(count(await read("tls.crt")), 1);
            const authorities = await read("ca.crt");
            assert.equal(count(authorities), 3);
            assert.ok([ca, partner, middle].every(({ certificate }) => authorities.includes(String(certificate))));
            assert.deepEqual(await Promise.all(["tls.crt", "tls.key", "reports.jwt"].map(mode)), ["600", "640", "640"]);
            await JwtSvid.parseAndValidate(await read("reports.jwt"), "reports", issuer.bundles);
            await JwtSvid.parseAndValidate(await read("both.jwt"), "b", issuer.bundles);
            const sets = JSON.parse(await read("jwks.json")) as Record<string, { keys: { kid: string }[] }>;
            assert.deepEqual(
                sets["example.org"]?.keys.map(({ kid }) => kid),
                [issuer.keyId],
            );
        });

        it("fails without an identity, and writes nothing", async () => {
            api.withdraw();
            await assert.rejects(run("fetch", [...files(), "--timeout", "1"]), { code: "no_identity_issued" });
            assert.deepEqual(await readdir(folder), []);
        });

        it("writes nothing when one of the tokens doesn't come", async () => {
            api.failNext("FetchJWTSVID", status.INVALID_ARGUMENT, "no such audience", Infinity);
            await assert.rejects(run("fetch", [...files(), "--timeout", "1", "--jwt", "reports=reports.jwt"]), {
                code: "invalid_argument",
            });
            assert.deepEqual(await readdir(folder), []);
        });
    });

    describe("watch", () => {
        it("keeps the files up to date, starts and signals their reader, and is ready while they are good", async () => {
            const [port, stop] = [await freePort(), new AbortController()];
            const heard = join(folder, "heard");
            const script = `const f=require("fs");f.appendFileSync(${JSON.stringify(heard)},"started ");process.on("SIGUSR2",()=>f.appendFileSync(${JSON.stringify(heard)},"signalled "));setInterval(()=>{},1000)`;
            const options = [
                ...files(),
                "--signal",
                "SIGUSR2",
                "--health",
                String(port),
                "--jwt",
                "reports=reports.jwt",
            ];
            const watching = run("watch", [...options, "--", process.execPath, "-e", script], stop.signal);
            const status = async (path: string): Promise<number> =>
                (await fetch(`http://127.0.0.1:${port}${path}`)).status;
            await eventually(async () => assert.equal(await readFile(heard, "utf8"), "started "));
            assert.deepEqual(await Promise.all(["/live", "/ready", "/other"].map(status)), [200, 200, 404]);
            const former = await read("svid.pem");
            api.issue([await ca.issue("/web")], [ca.bundle]);
            await eventually(async () => assert.equal(await readFile(heard, "utf8"), "started signalled "));
            assert.notEqual(await read("svid.pem"), former);
            await X509Svid.load(join(folder, "svid/svid.pem"), join(folder, "svid/svid_key.pem"));
            api.withdraw();
            await eventually(async () => assert.deepEqual([await status("/live"), await status("/ready")], [200, 503]));
            assert.ok((await read("svid.pem")).includes("BEGIN"), "the files stay");
            stop.abort();
            await watching;
            assert.match(logged.join("\n"), /was withdrawn/);
        });

        it("renews tokens before they expire", async () => {
            let fetched = 0;
            let token = await issuer.issue({ expiresIn: 3 });
            api.onFetchJwt = () => ((fetched += 1), { svids: [{ spiffeId: "spiffe://example.org/web", svid: token }] });
            const stop = new AbortController();
            const watching = run("watch", [...files(), "--jwt", "reports=reports.jwt"], stop.signal);
            await eventually(async () => assert.equal(await read("reports.jwt"), token));
            token = await issuer.issue({ expiresIn: 3600, claims: { n: 2 } });
            await eventually(async () => assert.equal(await read("reports.jwt"), token));
            assert.equal(fetched, 2);
            stop.abort();
            await watching;
        });

        it("starts a command that has ended again with the next files", async () => {
            const stop = new AbortController();
            const watching = run("watch", [...files(), "--", process.execPath, "-e", ""], stop.signal);
            const ended = (times: number): Promise<void> =>
                eventually(() => {
                    assert.equal(logged.filter((line) => line.includes("ended with status 0")).length, times);
                });
            await ended(1);
            api.issue([await ca.issue("/web")], [ca.bundle]);
            await ended(2);
            stop.abort();
            await watching;
        });

        it("signals the process that a file names, and nobody when it names none", async () => {
            const pidFile = join(folder, "pid");
            await writeFile(pidFile, "0\n");
            const stop = new AbortController();
            const watching = run("watch", [...files(), "--pid-file", pidFile, "--signal", "USR2"], stop.signal);
            await eventually(() => assert.match(logged.join("\n"), /it holds no process ID/));
            await writeFile(pidFile, `${process.pid}\n`);
            const heard = once(process, "SIGUSR2");
            api.issue([await ca.issue("/web")], [ca.bundle]);
            await heard;
            stop.abort();
            await watching;
        });
    });

    it("stops when it is told to before it has all it needs", async () => {
        api.withdraw();
        const reason = new Error("stopped");
        for (const name of ["fetch", "watch"]) {
            const stop = new AbortController();
            const running = run(name, files(), stop.signal);
            await eventually(() => assert.ok(api.calls.length > 0));
            stop.abort(reason);
            await assert.rejects(running, reason);
        }
        api.issue([await ca.issue("/web")], [ca.bundle]);
        const stop = new AbortController();
        // The first thing it says comes before it waits for anything new.
        const output = { say: () => {}, log: () => stop.abort(reason) };
        await COMMANDS["watch"]?.run([...files(), "--", process.execPath, "-e", "0"], output, stop.signal);
        assert.ok(stop.signal.aborted);
        await eventually(() => assert.equal(api.open("FetchX509SVID"), 0));
    });

    it("leaves nothing running where its health endpoint can't listen", async () => {
        const taken = createServer();
        await once(taken.listen(0, "127.0.0.1"), "listening");
        const { port } = taken.address() as AddressInfo;
        await assert.rejects(run("watch", [...files(), "--health", String(port)]), { code: "EADDRINUSE" });
        taken.close();
        await eventually(() => assert.equal(api.open("FetchX509SVID"), 0));
    });

    describe("jwt and verify", () => {
        it("print a token, and who a chain is", async () => {
            await run("jwt", ["--address", api.address, "--audience", "reports"]);
            assert.equal((await JwtSvid.parseAndValidate(said[0] ?? "", "reports", issuer.bundles)).id.path, "/web");
            await run("fetch", files());
            said = [];
            const trust = ["--bundle", join(folder, "svid/bundle.pem"), "--trust-domain", "example.org"];
            await run("verify", [...trust, join(folder, "svid/svid.pem")]);
            assert.equal(said[0], "spiffe://example.org/web");
            assert.match(said[2] ?? "", /^ {2}CN=Test CA \d+, O=example\.org, until \d{4}-/);
            const capitals = await ca.issue("/web", { uris: ["spiffe://EXAMPLE.org/web"] });
            const foreign = (await partner.issue("/web")).certPem();
            await writeFile(join(folder, "foreign.pem"), foreign);
            await assert.rejects(run("verify", [...trust, join(folder, "foreign.pem")]), { code: "no_bundle" });
            await writeFile(join(folder, "capitals.pem"), capitals.certPem());
            await run("verify", [...trust, join(folder, "capitals.pem")]);
            await assert.rejects(run("verify", [...trust, "--strict", join(folder, "capitals.pem")]), {
                code: "invalid_id",
            });
        });

        it("name the file that holds nothing of use", async () => {
            const empty = join(folder, "empty.pem");
            await writeFile(empty, "no PEM");
            await writeFile(join(folder, "bundle.pem"), String(ca.certificate));
            const verify = (bundle: string, chain: string): Promise<void> =>
                run("verify", ["--bundle", bundle, "--trust-domain", "example.org", chain]);
            await assert.rejects(verify(empty, empty), {
                code: "invalid_bundle",
                message: `${empty}: X.509 bundle of example.org: there is no PEM block CERTIFICATE`,
            });
            await assert.rejects(verify(join(folder, "bundle.pem"), empty), {
                code: "empty_chain",
                message: `${empty}: no certificate was presented`,
            });
        });
    });

    it("tells all faults of a call at once, and does nothing", () => {
        const wrong: readonly [args: readonly string[], faults: readonly RegExp[]][] = [
            [[], [/--to must/]],
            [["--nonsense"], [/nonsense/]],
            [
                ["--to", "x", "--key", "../key", "--timeout", "0"],
                [/--key must/, /--timeout must/],
            ],
            [["--to", "x", "--key", "a", "--bundle", "a"], [/--bundle and --key name the same file/]],
            [
                ["--to", "x", "--key-mode", "0644", "--jwt-mode", "0777"],
                [/--key-mode must/, /--jwt-mode must/],
            ],
            [["--to", "x", "--jwt", "a", "--jwt", ",=b"], [/--jwt must/]],
            [
                ["--to", "x", "--signal", "SIGKILL", "--health", "x"],
                [/--signal must/, /--health must/],
            ],
        ];
        for (const [args, faults] of wrong) {
            assert.throws(
                () => readSettings(args, true),
                (error) => error instanceof UsageError && faults.every((fault) => fault.test(error.message)),
                args.join(" "),
            );
        }
        assert.throws(() => readSettings(["--to", "x", "--health=1", "--", "a"], false), {
            message: "--health goes with watch only\na command after -- goes with watch only",
        });
    });

    describe("a configuration file", () => {
        const file = (): string => join(folder, "spiffe.yaml");
        const load = async (yaml: string, args: readonly string[] = [], watch = true) => {
            await writeFile(file(), yaml);
            return loadSettings(["--config", file(), ...args], watch);
        };
        const refuses = async (yaml: string, message: string, args: readonly string[] = [], watch = true) =>
            assert.rejects(load(yaml, args, watch), { code: "usage", message });

        it("says all that arguments can", async () => {
            const yaml = `
address: unix:///run/spire/agent.sock
hint: internal
timeout: 5
to: /run/svid
certificates: tls.crt
key: tls.key
bundle: ca.crt
jwt-bundle: jwks.json
jwt: [reports=reports.jwt, "a,b=both.jwt"]
federated: true
intermediates-in-bundle: true
omit-expired: true
certificate-mode: "0640"
key-mode: "0640"
jwt-mode: "0640"
signal: USR1
pid-file: /run/reader.pid
health: 8081
command: [nginx, -g, daemon off;]
`;
            const flags = [
                ...["--address", "unix:///run/spire/agent.sock", "--hint", "internal", "--timeout", "5"],
                ...["--to", "/run/svid", "--certificates", "tls.crt", "--key", "tls.key", "--bundle", "ca.crt"],
                ...["--jwt-bundle", "jwks.json", "--jwt", "reports=reports.jwt", "--jwt", "a,b=both.jwt"],
                ...["--federated", "--intermediates-in-bundle", "--omit-expired", "--certificate-mode", "0640"],
                ...["--key-mode", "0640", "--jwt-mode", "0640", "--signal", "USR1", "--pid-file", "/run/reader.pid"],
                ...["--health", "8081", "--", "nginx", "-g", "daemon off;"],
            ];
            assert.deepEqual(await load(yaml), readSettings(flags, true));
            assert.deepEqual(
                Object.keys(OPTIONS).filter((option) => !yaml.includes(`\n${option}: `)),
                [],
            );
            assert.deepEqual(
                await load('{"to": "svid", "health": "[::1]:80"}'),
                readSettings(["--to", "svid", "--health", "[::1]:80"], true),
            );
        });

        it("yields to arguments", async () => {
            const yaml = "to: a\nfederated: true\njwt: [a=a.jwt, b=b.jwt]\nsignal: NONE\ncommand: [nginx]\n";
            const flags = ["--to", "b", "--no-federated", "--jwt", "c=c.jwt", "--signal", "HUP", "--", "envoy"];
            assert.deepEqual(await load(yaml, flags), readSettings(flags, true));
        });

        it("serves fetch, from the file to the files", async () => {
            await writeFile(file(), `address: ${api.address}\nto: ${join(folder, "svid")}\nkey: tls.key\n`);
            await run("fetch", ["--config", file()]);
            assert.deepEqual(said, [`spiffe://example.org/web in ${join(folder, "svid")}`]);
            assert.ok((await read("tls.key")).includes("PRIVATE KEY"));
        });

        it("is refused with all its faults and those of the arguments, by file and path, without a value", async () => {
            const yaml = `
to: [secret]
certificates: ../secret
key-mode: 0644
jwt-mode: "0777"
timeout: 1.5
federated: "yes"
jwt: [reports, 7]
hint: null
health: secret
command: nginx
nonsense: secret
`;
            const known = [...Object.keys(OPTIONS), "command"].join(", ");
            await refuses(
                yaml,
                [
                    `${file()}: to must be text, it is a list`,
                    `${file()}: key-mode must be text such as "0600", it is a number`,
                    `${file()}: federated must be true or false, it is a string`,
                    `${file()}: jwt[1] must be text, it is a number`,
                    `${file()}: hint must be text, it is null`,
                    `${file()}: command must be a list of texts that isn't empty, it is a string`,
                    `${file()}: "nonsense" is no setting; there are ${known}`,
                    `${file()}: timeout must be a whole number of seconds from 1 on`,
                    `${file()}: certificates must name a file by letters, digits, dots, dashes and underscores, without a folder`,
                    `${file()}: jwt-mode must be an octal mode such as 0640, of bits in 0660`,
                    "--signal must be a signal that a program can handle, such as SIGHUP",
                    `${file()}: health must be PORT, for loopback only, or ADDRESS:PORT`,
                ].join("\n"),
                ["--signal", "KILL"],
            );
            await refuses(
                "to: a\njwt: [reports]\nkey: svid.pem\n",
                `${file()}: key and --certificates name the same file\n${file()}: jwt[0] must be AUDIENCE[,AUDIENCE…]=FILE`,
            );
            await refuses("key: a\n", `--to, or to in ${file()}, must name the folder to write to`);
            await refuses('to: ""\n', `--to, or to in ${file()}, must name the folder to write to`);
            await refuses("to: a\njwt: []\n", `${file()}: jwt must be a list of texts that isn't empty, it is empty`);
            await refuses(
                "to: a\nsignal: HUP\ncommand: [nginx]\n",
                `${file()}: signal goes with watch only\n${file()}: command goes with watch only`,
                [],
                false,
            );
        });

        it("is refused as a whole where it is no mapping that can be read", async () => {
            await refuses("- to: a\n", `${file()}: must be a mapping of settings, it is a list`);
            await refuses("", `${file()}: must be a mapping of settings, it is null`);
            await refuses("to: a\nto: b\n", `${file()}: Map keys must be unique at line 2, column 1:`);
            await refuses("to: !folder a\n", `${file()}: Unresolved tag: !folder at line 1, column 5:`);
            await refuses(`to: ${"a".repeat(1024 * 1024)}`, `${file()}: 1048580 characters, at most 1048576 are read`);
            await assert.rejects(loadSettings(["--config", join(folder, "none")], true), {
                code: "usage",
                message: `--config: ENOENT: no such file or directory, open '${join(folder, "none")}'`,
            });
            assert.throws(() => readSettings(["--to", "a", "--no-hint"], true), { message: /'--no-hint'/ });
        });
    });

    it("is a program with help, and exit statuses", async () => {
        const main = join(import.meta.dirname, "../src/cli/main.ts");
        const startWith = async (flags: string[], ...args: string[]): Promise<[number | null, string, string]> => {
            const child = spawn(process.execPath, [...process.execArgv, ...flags, main, ...args], {
                env: withoutCoverage(),
                stdio: ["ignore", "pipe", "pipe"],
            });
            const [[code], out, errors] = await Promise.all([
                once(child, "exit") as Promise<[number | null]>,
                text(child.stdout),
                text(child.stderr),
            ]);
            return [code, out, errors];
        };
        const start = startWith.bind(undefined, []);
        const config = join(folder, "spiffe.yaml");
        await writeFile(config, "nonsense: true\n");
        // As where nobody has installed the package.
        const hook =
            'import { registerHooks } from "node:module"; registerHooks({ resolve: (name, context, next) => next(name === "yaml" ? "yaml-that-is-not-there" : name, context) });';
        const hidden = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
        const [unknown, failed, refused, bare] = await Promise.all([
            start("toString"),
            start("fetch", "--to", join(folder, "svid"), "--address", "unix:///nobody/listens", "--timeout", "1"),
            start("watch", "--config", config, "--to", "x"),
            startWith(hidden, "watch", "--config", config),
        ]);
        assert.equal(refused[0], 2);
        assert.match(refused[2], /^spiffe watch: .*\/spiffe\.yaml: "nonsense" is no setting; .*\n$/);
        assert.deepEqual(bare, [
            2,
            "",
            "spiffe watch: --config needs the package yaml beside this one: npm install yaml\n",
        ]);
        assert.deepEqual(unknown, [2, "", HELP]);
        assert.equal(failed[0], 1);
        assert.match(failed[2], /^spiffe fetch: [a-z_]+: .*\n$/);
    });
});
