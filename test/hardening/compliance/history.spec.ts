import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { addToHistory, readHistory } from "../../../hardening/compliance/history";
import { report } from "../../support/compliance-report";

describe("compliance history", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "history-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("reads back what was added, oldest first and by stack", () => {
        addToHistory(folder, report());
        addToHistory(folder, {
            ...report(),
            at: "2026-10-01T10:00:00.000Z",
            score: { ...report().score, percent: 30 },
        });
        addToHistory(folder, { ...report(), stack: "production" });
        addToHistory(folder, { ...report(), stack: "staging-eu", score: { ...report().score, percent: 70 } });
        assert.deepEqual(
            readHistory(folder, "staging").map(({ percent }) => percent),
            [30, 50],
        );
        assert.deepEqual(readHistory(folder, "staging").at(-1)?.fulfilledRows, ["NET-1"]);
        assert.deepEqual(
            readHistory(folder, "staging-eu").map(({ percent }) => percent),
            [70],
        );
        assert.equal(readdirSync(folder).length, 4);
    });

    it("refuses a file that is no report, by name", () => {
        writeFileSync(join(folder, "staging-1.json"), "{}");
        assert.throws(() => readHistory(folder, "staging"), {
            faults: [
                `${join(folder, "staging-1.json")}: at is missing; it must be a text that is not empty`,
                `${join(folder, "staging-1.json")}: score is missing; it must be an object with percent, open`,
                `${join(folder, "staging-1.json")}: areas is missing; it must be a list`,
            ],
        });
    });

    it("refuses a file where the folder should be", () => {
        const file = join(folder, "history");
        writeFileSync(file, "");
        assert.throws(() => readHistory(file, "staging"), {
            name: "UsageError",
            message: `--history ${file} is not a folder that can be written to (EEXIST)`,
        });
    });
});
