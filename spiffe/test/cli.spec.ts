import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { status } from "@grpc/grpc-js";

import { HELP } from "../src/cli/help.js";
import { UsageError } from "../src/cli/options.js";
import { readSettings } from "../src/cli/settings.js";
import { JwtSvid } from "../src/entry/jwt.js";
import { X509Bundle, X509Svid } from "../src/index.js";
import { TestCa } from "./support/ca.js";
import { CommandWorld } from "./support/command-world.js";
import { withoutCoverage } from "./support/without-coverage.js";

describe("The spiffe command", () => {
    let world: CommandWorld;

    beforeEach(async () => {
        world = await CommandWorld.create();
    });
    afterEach(() => world.close());

    const mode = async (name: string): Promise<string> =>
        ((await stat(join(world.folder, "svid", name))).mode & 0o777).toString(8);
    const count = (pem: string): number => pem.split("BEGIN CERTIFICATE").length - 1;

    describe("fetch", () => {
        it("writes SVID, key and bundle, each readable by whom it is for", async () => {
            await world.run("fetch", world.files());
            const svid = await X509Svid.load(
                join(world.folder, "svid/svid.pem"),
                join(world.folder, "svid/svid_key.pem"),
            );
            assert.equal(svid.id.toString(), "spiffe://example.org/web");
            assert.equal(await world.read("bundle.pem"), String(world.ca.certificate));
            assert.deepEqual(await Promise.all(["svid.pem", "svid_key.pem", "bundle.pem"].map(mode)), [
                "644",
                "600",
                "644",
            ]);
            assert.deepEqual(world.said, [`spiffe://example.org/web in ${join(world.folder, "svid")}`]);
        });

        it("writes what it is told, by the names and modes it is told", async () => {
            const middle = await world.ca.intermediate();
            const old = await TestCa.create("example.org", { notAfter: new Date(Date.now() - 1_000) });
            const bundle = new X509Bundle(world.ca.trustDomain, [world.ca.certificate, old.certificate]);
            world.api.issue([await middle.issue("/web")], [bundle, world.partner.bundle]);
            await world.run("fetch", [
                ...world.files(),
                ...["--certificates", "tls.crt", "--key", "tls.key", "--bundle", "ca.crt", "--federated"],
                ...["--intermediates-in-bundle", "--omit-expired", "--certificate-mode", "0600", "--key-mode", "0640"],
                ...["--jwt", "reports=reports.jwt", "--jwt", "a,b=both.jwt", "--jwt-mode", "0640"],
                ...["--jwt-bundle", "jwks.json"],
            ]);
            assert.equal(count(await world.read("tls.crt")), 1);
            const authorities = await world.read("ca.crt");
            assert.equal(count(authorities), 3);
            assert.ok(
                [world.ca, world.partner, middle].every(({ certificate }) => authorities.includes(String(certificate))),
            );
            assert.deepEqual(await Promise.all(["tls.crt", "tls.key", "reports.jwt"].map(mode)), ["600", "640", "640"]);
            await JwtSvid.parseAndValidate(await world.read("reports.jwt"), "reports", world.issuer.bundles);
            await JwtSvid.parseAndValidate(await world.read("both.jwt"), "b", world.issuer.bundles);
            const sets = JSON.parse(await world.read("jwks.json")) as Record<string, { keys: { kid: string }[] }>;
            assert.deepEqual(
                sets["example.org"]?.keys.map(({ kid }) => kid),
                [world.issuer.keyId],
            );
        });

        it("fails without an identity, and writes nothing", async () => {
            world.api.withdraw();
            await assert.rejects(world.run("fetch", [...world.files(), "--timeout", "1"]), {
                code: "no_identity_issued",
            });
            assert.deepEqual(await readdir(world.folder), []);
        });

        it("writes nothing when one of the tokens doesn't come", async () => {
            world.api.failNext("FetchJWTSVID", status.INVALID_ARGUMENT, "no such audience", Infinity);
            await assert.rejects(
                world.run("fetch", [...world.files(), "--timeout", "1", "--jwt", "reports=reports.jwt"]),
                {
                    code: "invalid_argument",
                },
            );
            assert.deepEqual(await readdir(world.folder), []);
        });
    });

    describe("jwt and verify", () => {
        it("print a token, and who a chain is", async () => {
            await world.run("jwt", ["--address", world.api.address, "--audience", "reports"]);
            assert.equal(
                (await JwtSvid.parseAndValidate(world.said[0] ?? "", "reports", world.issuer.bundles)).id.path,
                "/web",
            );
            await world.run("fetch", world.files());
            world.said = [];
            const trust = ["--bundle", join(world.folder, "svid/bundle.pem"), "--trust-domain", "example.org"];
            await world.run("verify", [...trust, join(world.folder, "svid/svid.pem")]);
            assert.equal(world.said[0], "spiffe://example.org/web");
            assert.match(world.said[2] ?? "", /^ {2}CN=Test CA \d+, O=example\.org, until \d{4}-/);
            const capitals = await world.ca.issue("/web", { uris: ["spiffe://EXAMPLE.org/web"] });
            const foreign = (await world.partner.issue("/web")).certPem();
            await writeFile(join(world.folder, "foreign.pem"), foreign);
            await assert.rejects(world.run("verify", [...trust, join(world.folder, "foreign.pem")]), {
                code: "no_bundle",
            });
            await writeFile(join(world.folder, "capitals.pem"), capitals.certPem());
            await world.run("verify", [...trust, join(world.folder, "capitals.pem")]);
            await assert.rejects(world.run("verify", [...trust, "--strict", join(world.folder, "capitals.pem")]), {
                code: "invalid_id",
            });
        });

        it("name the file that holds nothing of use", async () => {
            const empty = join(world.folder, "empty.pem");
            await writeFile(empty, "no PEM");
            await writeFile(join(world.folder, "bundle.pem"), String(world.ca.certificate));
            const verify = (bundle: string, chain: string): Promise<void> =>
                world.run("verify", ["--bundle", bundle, "--trust-domain", "example.org", chain]);
            await assert.rejects(verify(empty, empty), {
                code: "invalid_bundle",
                message: `${empty}: X.509 bundle of example.org: there is no PEM block CERTIFICATE`,
            });
            await assert.rejects(verify(join(world.folder, "bundle.pem"), empty), {
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
        const config = join(world.folder, "spiffe.yaml");
        await writeFile(config, "nonsense: true\n");
        // As where nobody has installed the package.
        const hook =
            'import { registerHooks } from "node:module"; registerHooks({ resolve: (name, context, next) => next(name === "yaml" ? "yaml-that-is-not-there" : name, context) });';
        const hidden = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
        const [unknown, failed, refused, bare] = await Promise.all([
            start("toString"),
            start("fetch", "--to", join(world.folder, "svid"), "--address", "unix:///nobody/listens", "--timeout", "1"),
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
