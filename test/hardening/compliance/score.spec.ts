import assert from "node:assert/strict";

import fc from "fast-check";

import type { ChecklistRow, Evidence } from "../../../hardening/compliance/checklist";
import type { Known, ScoredRow } from "../../../hardening/compliance/score";
import { scoreChecklist, totalScore } from "../../../hardening/compliance/score";
import type { Finding, FindingStatus } from "../../../hardening/findings";

const NONE: Evidence = {
    controls: [],
    resources: [],
    alerts: [],
    tests: [],
    verify: [],
    scans: [],
    documents: [],
    workflows: [],
};
const OWN = { proved: true, where: "cluster production at noon", rehearsal: false };
const REHEARSAL = { proved: true, where: "cluster test-1 at noon", rehearsal: true };

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
            ["pods-ready", OWN],
            ["logs-clean", { ...OWN, proved: false }],
            ["rules-loaded", REHEARSAL],
        ]),
        scans: new Map([
            ["gitleaks", { blocking: 0 }],
            ["semgrep", { blocking: 2 }],
            ["npm-audit", { notRun: "no network" }],
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
        scans: ["gitleaks"],
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
                "proven: proved on cluster production at noon",
                "proven: nothing critical or high",
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
            "control no-host-pid: 1 violation",
        ],
        [
            "a control that could not tell",
            { controls: ["no-host-pid"] },
            { findings: [finding("unverifiable")] },
            "1 control: 1 value unknown before deployment",
        ],
        ["a resource that is not there", { resources: ["x:y:Z"] }, {}, "resource x:y:Z: none in the stack"],
        ["an alert that nobody defines", { alerts: ["Gone"] }, {}, "alert Gone: no PrometheusRule defines it"],
        ["a test that failed", { tests: ["a.spec.ts: breaks"] }, {}, "test a.spec.ts: breaks: failed"],
        ["a test that did not run", { tests: ["b.spec.ts: x"] }, {}, "1 test: not among the results"],
        [
            "tests without results",
            { tests: ["a.spec.ts: works", "a.spec.ts: breaks"] },
            { tests: undefined },
            "2 tests: no test results were given (--tests)",
        ],
        [
            "a failed check of the cluster",
            { verify: ["logs-clean"] },
            {},
            "check logs-clean: not proved on cluster production at noon",
        ],
        ["a check that did not run", { verify: ["other"] }, {}, "1 check: not among the results"],
        [
            "a cluster that nobody looked at",
            { verify: ["pods-ready"] },
            { verified: undefined },
            "1 check: no cluster was looked at (--verified)",
        ],
        ["a scanner that found something", { scans: ["semgrep"] }, {}, "scanner semgrep: 2 critical or high"],
        ["a scanner that could not run", { scans: ["npm-audit"] }, {}, "1 scanner: did not run: no network"],
        ["a scanner that is unknown", { scans: ["other"] }, {}, "1 scanner: not among the results"],
        [
            "scanners without a report",
            { scans: ["gitleaks"] },
            { scans: undefined },
            "1 scanner: no results of scanners were given (--scans)",
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
        assert.equal(row.proofs.length, 8);
    });

    it("takes a rehearsal on another cluster for proof, and says so, unless the row is about the stack's own", () => {
        const rehearsed = scored({ verify: ["rules-loaded"] });
        assert.equal(rehearsed.state, "satisfied");
        assert.equal(rehearsed.proofs[0]?.detail, "proved in a rehearsal on cluster test-1 at noon");
        const live = scored({ verify: ["rules-loaded"] }, {}, { live: true });
        assert.equal(live.state, "open");
        assert.equal(live.reason, "1 check: proved in a rehearsal on cluster test-1 at noon only");
        assert.equal(scored({ verify: ["pods-ready"] }, {}, { live: true }).state, "satisfied");
    });

    it("judges a row about the whole list by all others, and names those that are open", () => {
        const list = (...rows: ChecklistRow[]) => {
            const [area] = scoreChecklist([{ id: "A", title: "Area", rows }], known());
            return area?.rows[0];
        };
        const whole: ChecklistRow = { id: "A-1", title: "Score", wholeList: true, evidence: NONE };
        const done: ChecklistRow = { id: "A-2", title: "Done", evidence: { ...NONE, documents: ["docs/a.md"] } };
        const open: ChecklistRow = { id: "A-3", title: "Open", evidence: NONE, open: "Ask." };
        assert.equal(list(whole, done)?.state, "satisfied");
        const lacking = list(whole, done, open, { ...open, id: "A-4" });
        assert.deepEqual([lacking?.state, lacking?.reason], ["open", "2 other rows are open: A-3, A-4"]);
        assert.equal(
            list({ ...whole, evidence: { ...NONE, alerts: ["Gone"] } }, open)?.reason,
            "alert Gone: no PrometheusRule defines it; 1 other row is open: A-3",
        );
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
