import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { gatherEvidence } from "../../../hardening/compliance/evidence";
import type { EvidenceInput } from "../../../hardening/compliance/evidence";
import { InputError } from "../../../policies/engine/input";
import { reportText } from "../../../hardening/verify/print";
import { checks } from "../../../hardening/verify";
import { securityReport } from "../../../security/report";

const at = new Date("2026-11-22T10:00:00Z");

describe("evidence of a report", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "evidence-"));
    });
    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    function file(name: string, content: string): string {
        const path = join(folder, name);
        writeFileSync(path, content);
        return path;
    }

    function known(input: Partial<EvidenceInput>) {
        const nothing = { resources: [], findings: [], controls: [], verifyResults: [] };
        return gatherEvidence({ directory: ".", stack: "staging", ...nothing, ...input });
    }

    /** What `hardening verify` writes where its first check came to this. */
    function verified(name: string, status: "proved" | "failed" | "unknown", rehearsal: boolean): string {
        const [check] = checks(() => at);
        assert.ok(check);
        const head = { stack: "staging", cluster: name, at, rehearsal };
        return file(
            `${name}.json`,
            reportText({ ...head, results: [{ check: { ...check, name: "a" }, status, verdicts: [] }] }),
        );
    }

    function faultsOf(input: Partial<EvidenceInput>): readonly string[] {
        try {
            known(input);
        } catch (error) {
            assert.ok(error instanceof InputError, String(error));
            return error.faults;
        }
        throw new Error("the evidence was expected to be refused");
    }

    it("holds nothing that was not looked at", () => {
        const { tests, verified: checked, scans } = known({});
        assert.deepEqual([tests, checked, scans], [undefined, undefined, undefined]);
    });

    it("counts a test as passed only where it passed each time, and says nothing of one that was skipped", () => {
        const lines = [
            { test: "a.spec.ts: x", passed: true },
            { test: "a.spec.ts: y", passed: true },
            { test: "a.spec.ts: y", passed: false },
        ];
        const { tests } = known({
            testResults: file("tests", lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
        });
        assert.deepEqual(
            [...(tests ?? [])],
            [
                ["a.spec.ts: x", true],
                ["a.spec.ts: y", false],
            ],
        );
    });

    it("says on which cluster a check was proved, and when", () => {
        const { verified: checked } = known({ verifyResults: [verified("prod", "proved", false)] });
        assert.deepEqual(checked?.get("a"), {
            proved: true,
            rehearsal: false,
            where: "cluster prod at 2026-11-22T10:00:00.000Z",
        });
    });

    it("takes neither a failed check nor one that could not see for proved", () => {
        for (const status of ["failed", "unknown"] as const) {
            const { verified: checked } = known({ verifyResults: [verified("prod", status, false)] });
            assert.equal(checked?.get("a")?.proved, false, status);
        }
    });

    it("believes the stack's own cluster before a rehearsal, and of two alike the one that was not proved", () => {
        const own = verified("prod", "failed", false);
        const rehearsal = verified("test", "proved", true);
        for (const verifyResults of [
            [own, rehearsal],
            [rehearsal, own],
        ]) {
            assert.equal(known({ verifyResults }).verified?.get("a")?.where.startsWith("cluster prod "), true);
        }
        const other = verified("prod-2", "proved", false);
        for (const verifyResults of [
            [own, other],
            [other, own],
        ]) {
            assert.equal(known({ verifyResults }).verified?.get("a")?.proved, false);
        }
    });

    it("counts what blocks for each scanner, and keeps why one did not run", () => {
        const finding = { tool: "eslint", rule: "r", file: "a.ts", line: 1, message: "m" } as const;
        const findings = (["critical", "high", "medium"] as const).map((level) => ({ ...finding, level }));
        const report = securityReport([
            { name: "eslint", description: "", result: { kind: "ran", version: "1", findings } },
            { name: "semgrep", description: "", result: { kind: "ran", version: "1", findings: [] } },
            { name: "npm-audit", description: "", result: { kind: "skipped", reason: "no network" } },
            { name: "zizmor", description: "", result: { kind: "failed", reason: "crashed" } },
        ]);
        const { scans } = known({ scanResults: file("scans.json", JSON.stringify(report)) });
        assert.deepEqual(
            [...(scans ?? [])],
            [
                ["eslint", { blocking: 2 }],
                ["semgrep", { blocking: 0 }],
                ["npm-audit", { notRun: "no network" }],
                ["zizmor", { notRun: "crashed" }],
            ],
        );
    });

    it("refuses files of another stack and of another kind, naming them", () => {
        const other = verified("prod", "proved", false);
        assert.deepEqual(faultsOf({ stack: "production", verifyResults: [other] }), [
            `${other}: is about the stack "staging", not about "production"`,
        ]);
        const odd = file("odd.json", "{}");
        assert.deepEqual(faultsOf({ verifyResults: [odd] }), [
            `${odd}: stack is missing; it must be a text that is not empty`,
            `${odd}: cluster is missing; it must be a text that is not empty`,
            `${odd}: at is missing; it must be a text that is not empty`,
            `${odd}: rehearsal is missing; it must be true or false`,
            `${odd}: checks is missing; it must be a list`,
        ]);
        assert.deepEqual(faultsOf({ scanResults: odd }), [
            `${odd}: tools is missing; it must be a list`,
            `${odd}: results is missing; it must be a list`,
        ]);
        assert.deepEqual(faultsOf({ testResults: odd }), [
            `${odd}:1: test is missing; it must be a text that is not empty`,
            `${odd}:1: passed is missing; it must be true or false`,
        ]);
        const gone = join(folder, "gone");
        assert.deepEqual(faultsOf({ scanResults: gone }), [`--scans ${gone}: does not exist`]);
    });
});
