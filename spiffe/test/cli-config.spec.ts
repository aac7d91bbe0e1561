import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { OPTIONS } from "../src/cli/options.js";
import { loadSettings, readSettings } from "../src/cli/settings.js";
import { CommandWorld } from "./support/command-world.js";

describe("The spiffe command, by a configuration file", () => {
    let world: CommandWorld;

    beforeEach(async () => {
        world = await CommandWorld.create();
    });
    afterEach(() => world.close());

    describe("a configuration file", () => {
        const file = (): string => join(world.folder, "spiffe.yaml");
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
            await writeFile(file(), `address: ${world.api.address}\nto: ${join(world.folder, "svid")}\nkey: tls.key\n`);
            await world.run("fetch", ["--config", file()]);
            assert.deepEqual(world.said, [`spiffe://example.org/web in ${join(world.folder, "svid")}`]);
            assert.ok((await world.read("tls.key")).includes("PRIVATE KEY"));
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
            await assert.rejects(loadSettings(["--config", join(world.folder, "none")], true), {
                code: "usage",
                message: `--config: ENOENT: no such file or directory, open '${join(world.folder, "none")}'`,
            });
            assert.throws(() => readSettings(["--to", "a", "--no-hint"], true), { message: /'--no-hint'/ });
        });
    });
});
