import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { COMMANDS } from "../../../hardening/commands";
import { controls } from "../../../policies/controls";
import { PROFILES } from "../../../policies/engine/profiles";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";

type Shell = "bash" | "zsh" | "fish";

/** What a shell offers at the end of a command line, in a folder that holds `a.yaml`; undefined where the shell is not on PATH. */
async function offered(shell: "bash" | "fish", line: string): Promise<readonly string[]> {
    const { out } = await cli(["completion", shell]);
    const words = line.split(" ").map((word) => `'${word}'`);
    const ask = {
        bash: `source "$0"; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _hardening; printf '%s\\n' "\${COMPREPLY[@]}"`,
        fish: `source $argv[1]; complete -C '${line}' | string replace -r '\\t.*' ''`,
    }[shell];
    return withFiles({ "a.yaml": "", script: out }, (folder) => {
        const { stdout, stderr } = spawnSync(
            shell,
            [...(shell === "fish" ? ["--no-config"] : []), "-c", ask, join(folder, "script")],
            {
                cwd: folder,
                encoding: "utf8",
            },
        );
        assert.equal(stderr, "");
        return stdout.split("\n").filter((word) => word !== "");
    });
}

function isThere(shell: Shell): boolean {
    return spawnSync(shell, ["-c", "true"]).status === 0;
}

describe("hardening completion", () => {
    for (const shell of ["bash", "fish"] as const) {
        describe(shell, () => {
            before(function () {
                if (!isThere(shell)) {
                    this.skip();
                }
            });

            it("offers every command, and those that start with what is there", async () => {
                assert.deepEqual((await offered(shell, "hardening ")).toSorted(), Object.keys(COMMANDS).toSorted());
                assert.deepEqual(await offered(shell, "hardening sc"), ["scan"]);
            });

            it("offers the options of the command, each of them and no other's", async () => {
                for (const [name, { load }] of Object.entries(COMMANDS)) {
                    const own = Object.keys((await load()).command.options).map((option) => `--${option}`);
                    const found = await offered(shell, `hardening ${name} --`);
                    assert.deepEqual(found.toSorted(), [...own, "--help"].toSorted(), name);
                }
            });

            it("offers the values of an option that are known, for its short form too", async () => {
                assert.deepEqual((await offered(shell, "hardening scan --profile ")).toSorted(), PROFILES.toSorted());
                assert.deepEqual(await offered(shell, "hardening scan -p re"), ["restricted"]);
            });

            it("offers files where a path is wanted, and nothing where no shell can know", async () => {
                assert.deepEqual(await offered(shell, "hardening scan a"), ["a.yaml"]);
                assert.deepEqual(await offered(shell, "hardening scan --waivers a"), ["a.yaml"]);
                assert.deepEqual(await offered(shell, "hardening scan --kubernetes-version "), []);
            });

            it("offers the controls and the shells", async () => {
                const names = controls.map(({ name }) => name);
                assert.deepEqual((await offered(shell, "hardening controls ")).toSorted(), names.toSorted());
                assert.deepEqual((await offered(shell, "hardening completion ")).toSorted(), ["bash", "fish", "zsh"]);
            });
        });
    }

    it("zsh takes its script, with every command and option in it", async function () {
        const { out } = await cli(["completion", "zsh"]);
        for (const [name, { load }] of Object.entries(COMMANDS)) {
            const [, own = ""] = new RegExp(`\\n        ${name}\\) _arguments ([^]*?) ;;\\n`).exec(out) ?? [];
            const options = Object.keys((await load()).command.options);
            assert.deepEqual(
                options.filter((option) => !new RegExp(`'\\*?--${option}\\[`).test(own)),
                [],
                name,
            );
        }
        if (!isThere("zsh")) {
            this.skip();
        }
        const { status, stderr } = spawnSync("zsh", ["-n"], { input: out, encoding: "utf8" });
        assert.deepEqual([status, stderr], [0, ""]);
    });

    it("is refused another shell, none, or two", async () => {
        const of = async (...shells: readonly string[]) => {
            const { code, log } = await cli(["completion", ...shells]);
            return [code, log[0]];
        };
        assert.deepEqual(await of("fsh"), [
            2,
            'error: completion knows bash, zsh, fish, found "fsh"; did you mean "zsh"?',
        ]);
        const needs = "error: completion needs the name of one shell: bash, zsh, fish";
        assert.deepEqual(await of(), [2, needs]);
        assert.deepEqual(await of("bash", "zsh"), [2, needs]);
    });
});
