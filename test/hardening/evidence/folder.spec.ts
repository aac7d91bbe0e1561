import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { readEvidence } from "../../../hardening/evidence/folder";
import { Recording } from "../../../hardening/evidence/write";
import { around, faultOf, NOW, PREDICATE, withCheckout } from "../../support/evidence";
import { withFiles } from "../../support/files";

describe("a recording", () => {
    it("adds a statement to the folder that counts in the same checkout, and in no other state of it", async () => {
        await withCheckout(async (folder) => {
            const file = new Recording(folder, join(folder, "evidence")).write({ kind: "tests", predicate: PREDICATE });
            const [taken] = await readEvidence([join(folder, "evidence")], around(folder));
            const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
            assert.deepEqual(JSON.parse(JSON.stringify(taken)), {
                ...{ file: basename(file), sha256, kind: "tests", at: PREDICATE.at, tool: "mocha 1" },
                results: PREDICATE.results,
            });
            writeFileSync(join(folder, "a.txt"), "changed");
            const [refused] = await readEvidence([join(folder, "evidence")], around(folder));
            assert.match(refused?.refused ?? "", /^is about other files than those in this checkout of [0-9a-f]{12}$/);
        });
    });

    it("states nothing where files changed during the run, or where there is no commit", async () => {
        await withCheckout((folder) => {
            const recording = new Recording(folder, join(folder, "evidence"));
            writeFileSync(join(folder, "a.txt"), "changed");
            assert.deepEqual(
                faultOf(() => recording.write({ kind: "tests", predicate: PREDICATE })),
                ["no evidence can be written: files of this checkout changed during the run"],
            );
        });
        await withFiles({}, (folder) => {
            assert.deepEqual(
                faultOf(() => new Recording(folder, folder).write({ kind: "tests", predicate: PREDICATE })),
                ["no evidence can be written: this folder is in no checkout of Git, or nothing is committed in it"],
            );
        });
    });
});

describe("a folder of evidence", () => {
    it("keeps what is no statement with the reason, and passes over what is no JSON by name", async () => {
        const files = { "a.json": "{", "b.json": "[]", "c.txt": "", "d.json": '{"payload":"e30=","payloadType":"x"}' };
        await withFiles(files, async (folder) => {
            const found = await readEvidence([folder], around(folder));
            assert.deepEqual(
                found.map(({ file, refused = "" }) => [file, refused.split(";")[0]]),
                [
                    ["a.json", "is no statement: is not JSON"],
                    [
                        "b.json",
                        "is no statement: must be an object with _type, subject, predicateType, predicate, found an empty list",
                    ],
                    ["d.json", "is neither a DSSE envelope with one signature nor a bundle of Sigstore's"],
                ],
            );
        });
    });

    it("counts what stands there twice once, and follows no link", async () => {
        await withCheckout(async (folder) => {
            const evidence = join(folder, "evidence");
            const file = new Recording(folder, evidence).write({ kind: "tests", predicate: PREDICATE });
            copyFileSync(file, join(evidence, "z.json"));
            symlinkSync(file, join(evidence, "link.json"));
            execFileSync("mkfifo", [join(evidence, "pipe.json")]);
            const found = await readEvidence([evidence], around(folder));
            assert.deepEqual(
                found.map(({ file: name, refused }) => [name, refused]),
                [
                    ["link.json", "is a link: what it leads to may be anything"],
                    ["pipe.json", "is no file"],
                    [basename(file), undefined],
                    ["z.json", `holds what ${basename(file)} holds`],
                ],
            );
        });
    });

    it("names a file by its folder where another folder has one of its name", async () => {
        await withCheckout(async (folder) => {
            const [first, second] = ["evidence/a", "evidence/b"].map((name) => join(folder, name)) as [string, string];
            const [a, b] = [first, second].map((name) =>
                new Recording(folder, name).write({
                    kind: "tests",
                    predicate: { ...PREDICATE, at: NOW.toISOString() },
                }),
            ) as [string, string];
            const alike = join(second, basename(a));
            renameSync(b, alike);
            writeFileSync(alike, `${readFileSync(alike, "utf8")}\n`);
            const found = await readEvidence([first, second], around(folder));
            assert.deepEqual(
                found.map(({ file, refused }) => [file, refused]),
                [
                    [a, undefined],
                    [alike, undefined],
                ],
            );
        });
    });

    it("reads nothing of what is larger than any run could say", async () => {
        await withFiles({ "a.json": "{}" }, async (folder) => {
            truncateSync(join(folder, "a.json"), 64 * 1024 * 1024 + 1);
            const [large] = await readEvidence([folder], around(folder));
            assert.equal(large?.refused, "is larger than 64 MiB");
        });
    });

    it("is refused where what is named as a statement can't be read", async () => {
        await withFiles({ "a.json/b.txt": "" }, async (folder) => {
            await assert.rejects(readEvidence([folder], around(folder)), {
                name: "UsageError",
                message: `--evidence ${join(folder, "a.json")} is a folder`,
            });
        });
    });

    it("is refused where there is none", async () => {
        await assert.rejects(readEvidence(["no/such"], around(".")), {
            name: "UsageError",
            message: "--evidence no/such does not exist",
        });
    });
});
