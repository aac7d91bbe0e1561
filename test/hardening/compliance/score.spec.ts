import assert from "node:assert/strict";

import fc from "fast-check";

import type { ChecklistRow, Evidence } from "../../../hardening/compliance/checklist";
import type { Known, ScoredRow } from "../../../hardening/compliance/score";
import { scoreChecklist, totalScore } from "../../../hardening/compliance/score";
import type { Finding, FindingStatus } from "../../../hardening/findings";

const NONE: Evidence = { controls: [], resources: [], alerts: [], tests: [], verify: [], documents: [], workflows: [] };

function known(over: Partial<Known> = {}): Known {
    return {
        findings: [],
        controls: new Set(["no-host-pid"]),
        types: new Map([["a:b:C", 2]]),
        alerts: new Set(["Down"]),
        tests: new Map([
            ["a.spec.ts: works", true],
            ["a.spec.ts: breaks", false],
        ]),
        verified: new Map([
            ["pods-ready", true],
            ["logs-clean", false],
        ]),
        exists: (path) => path === "docs/a.md",
        hasJob: (entry) => entry === "ci.yml#test",
        ...over,
    };
}

function finding(status: FindingStatus): Finding {
    return { control: "no-host-pid", status } as Finding;
}

function scored(evidence: Partial<Evidence>, over: Partial<Known> = {}, row: Partial<ChecklistRow> = {}): ScoredRow {
    const rows = [{ id: "A-1", title: "Row", evidence: { ...NONE, ...evidence }, ...row }];
    const [area] = scoreChecklist([{ id: "A", title: "Area", rows }], known(over));
    return area?.rows[0] as ScoredRow;
}

describe("compliance score", () => {
    const all: Partial<Evidence> = {
        controls: ["no-host-pid"],
        resources: ["a:b:C"],
        alerts: ["Down"],
        tests: ["a.spec.ts: works"],
        verify: ["pods-ready"],
        documents: ["docs/a.md"],
        workflows: ["ci.yml#test"],
    };

    it("satisfies a row whose evidence is all there", () => {
        const row = scored(all);
        assert.equal(row.state, "satisfied");
        assert.equal(row.reason, "");
        assert.deepEqual(
            row.proofs.map(({ state, detail }) => `${state}: ${detail}`),
            [
                "proven: no violation",
                "proven: 2 in the stack",
                "proven: defined in the stack",
                "proven: passed",
                "proven: passed",
                "proven: exists",
                "proven: exists",
            ],
        );
    });

    const lacking: readonly [string, Partial<Evidence>, Partial<Known>, string][] = [
        ["a control that did not run", { controls: ["other"] }, {}, "control other: did not run"],
        [
            "a control with a violation",
            { controls: ["no-host-pid"] },
            { findings: [finding("violation"), finding("waived")] },
            "control no-host-pid: 1 violation(s)",
        ],
        [
            "a control that could not tell",
            { controls: ["no-host-pid"] },
            { findings: [finding("unverifiable")] },
            "1 controls: 1 value(s) unknown before deployment",
        ],
        ["a resource that is not there", { resources: ["x:y:Z"] }, {}, "resource x:y:Z: none in the stack"],
        ["an alert that nobody defines", { alerts: ["Gone"] }, {}, "alert Gone: no PrometheusRule defines it"],
        ["a test that failed", { tests: ["a.spec.ts: breaks"] }, {}, "test a.spec.ts: breaks: failed"],
        ["a test that did not run", { tests: ["b.spec.ts: x"] }, {}, "1 tests: not among the results"],
        [
            "tests without results",
            { tests: ["a.spec.ts: works", "a.spec.ts: breaks"] },
            { tests: undefined },
            "2 tests: no test results were given (--tests)",
        ],
        ["a failed check of the cluster", { verify: ["logs-clean"] }, {}, "check logs-clean: failed"],
        [
            "a cluster that nobody looked at",
            { verify: ["pods-ready"] },
            { verified: undefined },
            "1 checks: no live cluster was looked at (--verified)",
        ],
        ["a document that is gone", { documents: ["docs/b.md"] }, {}, "document docs/b.md: does not exist"],
        ["a job that is gone", { workflows: ["ci.yml#x"] }, {}, "workflow ci.yml#x: does not exist"],
    ];
    for (const [what, evidence, over, reason] of lacking) {
        it(`leaves a row open with ${what}`, () => {
            const row = scored({ ...all, ...evidence }, over);
            assert.equal(row.state, "open");
            assert.equal(row.reason, reason);
        });
    }

    it("calls a row waived whose findings are all waived", () => {
        assert.equal(scored(all, { findings: [finding("waived")] }).state, "waived");
    });

    it("keeps a row open for its own reason, whatever its evidence, and shows the evidence all the same", () => {
        const row = scored(all, {}, { open: "Ask the auditor." });
        assert.equal(row.state, "open");
        assert.equal(row.reason, "Ask the auditor.");
        assert.equal(row.proofs.length, 7);
    });

    it("counts a row that does not apply neither for nor against", () => {
        const row = scored({}, {}, { notApplicable: "No mesh." });
        assert.deepEqual([row.state, row.reason], ["not-applicable", "No mesh."]);
        const total = totalScore([{ id: "A", title: "A", rows: [row, scored(all)] }]);
        assert.deepEqual(total, { satisfied: 1, waived: 0, notApplicable: 1, open: 0, percent: 100 });
    });

    it("says 100 only where every row that applies holds", () => {
        const state = fc.constantFrom("satisfied", "waived", "open", "not-applicable") as fc.Arbitrary<
            ScoredRow["state"]
        >;
        fc.assert(
            fc.property(fc.array(state, { maxLength: 3000 }), (states) => {
                const rows = states.map((each): ScoredRow => ({
                    id: "x",
                    title: "",
                    state: each,
                    reason: "",
                    proofs: [],
                }));
                const { percent, open, satisfied, waived } = totalScore([{ id: "A", title: "A", rows }]);
                assert.equal(percent === 100, open === 0 && satisfied + waived > 0);
                assert.ok(percent >= 0 && percent <= 100);
            }),
        );
    });
});
