import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { inPieces, writeOut } from "../../../hardening/cli/out";
import { UsageError } from "../../../hardening/io";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";

describe("writeOut", () => {
    it("replaces a file's content by a text, or by what its parts make together", async () => {
        await withFiles({ "a.txt": "something longer" }, (folder) => {
            writeOut(`${folder}/a.txt`, "one\n");
            assert.equal(readFileSync(`${folder}/a.txt`, "utf8"), "one\n");
            writeOut(`${folder}/a.txt`, ["two", "\n", "x".repeat(100_000)]);
            assert.equal(readFileSync(`${folder}/a.txt`, "utf8"), `two\n${"x".repeat(100_000)}`);
        });
    });

    it("says which file can't be written and why, in every command", async function () {
        this.timeout(60_000);
        await withFiles({ "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n" }, async (folder) => {
            assert.throws(() => writeOut(folder, "x"), {
                name: "UsageError",
                faults: [`--out ${folder}: can't be written: it is a folder`],
            });
            for (const command of [
                ["scan", `${folder}/a.yaml`],
                ["cbom", "-C", join(process.cwd(), "test/fixtures/programs/decodes-yaml"), "--stack", "dev"],
            ]) {
                const { code, log } = await cli([...command, "--out", `${folder}/none/x`]);
                assert.equal(code, 2);
                assert.ok(
                    log.includes(`error: --out ${folder}/none/x: can't be written: its folder does not exist`),
                    log.join("\n"),
                );
            }
        });
    });

    it("passes on what goes wrong while the report is made", async () => {
        await withFiles({}, (folder) => {
            const broken = function* (): Iterable<string> {
                yield "a";
                throw new Error("no such report");
            };
            assert.throws(
                () => writeOut(`${folder}/x`, broken()),
                (error: Error) => error.message === "no such report" && !(error instanceof UsageError),
            );
        });
    });
});

describe("inPieces", () => {
    it("gathers small parts and holds back no more than 64 KiB of them", () => {
        const written: string[] = [];
        inPieces(Array<string>(100).fill("x".repeat(1024)), (piece) => written.push(piece));
        assert.deepEqual(
            written.map(({ length }) => length),
            [64 * 1024, 36 * 1024],
        );
    });
});
