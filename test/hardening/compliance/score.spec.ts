import assert from "node:assert/strict";

import fc from "fast-check";

import type { ChecklistRow, Evidence, MaxAge } from "../../../hardening/compliance/checklist";
import { missing, proven } from "../../../hardening/compliance/judgement";
import type { Known, ScoredRow } from "../../../hardening/compliance/score";
import { scoreChecklist, totalScore } from "../../../hardening/compliance/score";
import type { Submission } from "../../../hardening/evidence/admission";
import type { StatementKind } from "../../../hardening/evidence/kinds";
import { STATEMENT_KINDS } from "../../../hardening/evidence/kinds";
import { Observations } from "../../../hardening/evidence/observations";
import type { Result } from "../../../hardening/evidence/statement";
import type { Finding, FindingStatus } from "../../../hardening/findings";

const NONE: Evidence = {
    controls: [],
    resources: [],
    alerts: [],
    tests: [],
    verify: [],
    scans: [],
    builds: [],
    images: [],
    documents: [],
    workflows: [],
    dockerfiles: [],
    settings: [],
    attestations: [],
    capabilities: [],
    attestors: [],
};
const NOW = new Date("2026-11-22T12:00:00Z");
const NOON = NOW.toISOString();
const DAY_MS = 86_400_000;
const MAX_AGE = Object.fromEntries([...STATEMENT_KINDS, "documents"].map((kind) => [kind, 30 * DAY_MS])) as MaxAge;

function submission(kind: StatementKind, results: readonly Result[], over: Partial<Submission> = {}): Submission {
    return { file: `${kind}.json`, sha256: "", kind, at: NOON, tool: "t 1", results, ...over };
}

const passed = (name: string): Result => ({ name, outcome: "passed" });
const CLUSTER = { name: "production", identity: "u", rehearsal: false };
const TRIED = { name: "test-1", identity: "v", rehearsal: true };
const SUBMISSIONS: readonly Submission[] = [
    submission("tests", [passed("a.spec.ts: works"), { name: "a.spec.ts: breaks", outcome: "failed" }]),
    submission(
        "verify",
        [passed("pods-ready"), { name: "logs-clean", outcome: "failed", detail: "Pod a/b: an error" }],
        {
            ...{ cluster: CLUSTER, own: true },
        },
    ),
    submission("verify", [passed("rules-loaded")], { cluster: TRIED, own: false }),
    submission("scans", [
        passed("gitleaks"),
        { name: "semgrep", outcome: "failed", detail: "2 critical or high" },
        { name: "npm-audit", outcome: "unknown", detail: "skipped: no network" },
    ]),
];
const observed = (...submissions: readonly Submission[]): Observations => new Observations(submissions, NOW);

const without = (kind: StatementKind): Observations => observed(...SUBMISSIONS.filter((one) => one.kind !== kind));

function known(over: Partial<Known> = {}): Known {
    return {
        findings: [],
        controls: new Set(["no-host-pid"]),
        observations: observed(...SUBMISSIONS),
        content: (kind, entry) => (entry === "held" ? proven(`${kind} hold`) : missing("is hollow")),
        ...over,
    };
}

function finding(status: FindingStatus): Finding {
    return { control: "no-host-pid", status } as Finding;
}

function scored(evidence: Partial<Evidence>, over: Partial<Known> = {}, row: Partial<ChecklistRow> = {}): ScoredRow {
    const rows = [{ id: "A-1", title: "Row", owner: "o", evidence: { ...NONE, ...evidence }, maxAge: MAX_AGE, ...row }];
    const [area] = scoreChecklist([{ id: "A", title: "Area", rows }], known(over));
    return area?.rows[0] as ScoredRow;
}

describe("compliance score", () => {
    const all: Partial<Evidence> = {
        controls: ["no-host-pid"],
        resources: ["held"],
        alerts: ["held"],
        tests: ["a.spec.ts: works"],
        verify: ["pods-ready"],
        scans: ["gitleaks"],
        documents: ["held"],
        workflows: ["held"],
    };

    it("satisfies a row whose evidence is all there", () => {
        const row = scored(all);
        assert.equal(row.state, "satisfied");
        assert.equal(row.reason, "");
        assert.deepEqual(
            row.proofs.map(({ state, detail }) => `${state}: ${detail}`),
            [
                "proven: no violation",
                "proven: resources hold",
                "proven: alerts hold",
                `proven: passed, ${NOON}`,
                `proven: passed, cluster production, ${NOON}`,
                `proven: passed, ${NOON}`,
                "proven: documents hold",
                "proven: workflows hold",
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
        ["evidence that is hollow", { resources: ["x:y:Z"] }, {}, "resource x:y:Z: is hollow"],
        ["a test that failed", { tests: ["a.spec.ts: breaks"] }, {}, `test a.spec.ts: breaks: failed, ${NOON}`],
        ["a test that did not run", { tests: ["b.spec.ts: x"] }, {}, "1 test: not among the results"],
        [
            "tests without results",
            { tests: ["a.spec.ts: works", "a.spec.ts: breaks"] },
            { observations: without("tests") },
            "2 tests: no results of this kind were given (--evidence)",
        ],
        [
            "a failed check of the cluster",
            { verify: ["logs-clean"] },
            {},
            `check logs-clean: failed, cluster production, ${NOON}: Pod a/b: an error`,
        ],
        ["a check that did not run", { verify: ["other"] }, {}, "1 check: not among the results"],
        [
            "a cluster that nobody looked at",
            { verify: ["pods-ready"] },
            { observations: without("verify") },
            "1 check: no results of this kind were given (--evidence)",
        ],
        [
            "a scanner that found something",
            { scans: ["semgrep"] },
            {},
            `scanner semgrep: failed, ${NOON}: 2 critical or high`,
        ],
        [
            "a scanner that could not run",
            { scans: ["npm-audit"] },
            {},
            `1 scanner: can't be told, ${NOON}: skipped: no network`,
        ],
        ["a scanner that is unknown", { scans: ["other"] }, {}, "1 scanner: not among the results"],
        [
            "scanners without a report",
            { scans: ["gitleaks"] },
            { observations: without("scans") },
            "1 scanner: no results of this kind were given (--evidence)",
        ],
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

    it("takes a rehearsal on another cluster for proof, and says so, unless the row is about the stack's own", () => {
        const rehearsed = scored({ verify: ["rules-loaded"] });
        assert.equal(rehearsed.state, "satisfied");
        assert.equal(rehearsed.proofs[0]?.detail, `passed, a rehearsal on cluster test-1, ${NOON}`);
        const live = scored({ verify: ["rules-loaded"] }, {}, { live: true });
        assert.equal(live.state, "open");
        assert.equal(
            live.reason,
            `1 check: passed in a rehearsal on cluster test-1, ${NOON}, which is not known to be the stack's own`,
        );
        assert.equal(scored({ verify: ["pods-ready"] }, {}, { live: true }).state, "satisfied");
    });

    it("opens a row whose control found something in the stack's own cluster, whatever the row speaks of", () => {
        const audit = (
            result: Result,
            over: Partial<Submission> = { cluster: CLUSTER, own: true },
        ): Partial<Known> => ({
            observations: observed(submission("audit", [result], over)),
        });
        const failed: Result = { name: "no-host-pid", outcome: "failed", detail: "1 violation" };
        const row = scored({ controls: ["no-host-pid"] }, audit(failed));
        assert.deepEqual(
            [row.state, row.reason],
            ["open", `control no-host-pid: failed, cluster production, ${NOON}: 1 violation`],
        );
        const tried = audit(failed, { cluster: TRIED, own: false });
        assert.equal(scored({ controls: ["no-host-pid"] }, tried).state, "satisfied");
        assert.equal(
            scored({ controls: ["no-host-pid"] }, audit({ ...failed, outcome: "unknown" })).state,
            "satisfied",
        );
    });

    it("asks for an audit of the stack's own cluster where a row about it has controls", () => {
        const live = (over: Partial<Known> = {}) => scored({ controls: ["no-host-pid"] }, over, { live: true });
        assert.deepEqual(
            [live().state, live().reason],
            ["open", "1 control: no results of this kind were given (--evidence)"],
        );
        const audit = (over: Partial<Submission>, result = passed("no-host-pid")): Partial<Known> => ({
            observations: observed(submission("audit", [result], over)),
        });
        assert.equal(live(audit({ cluster: CLUSTER, own: true })).state, "satisfied");
        assert.equal(
            live(audit({ cluster: TRIED, own: false })).reason,
            `1 control: passed in a rehearsal on cluster test-1, ${NOON}, which is not known to be the stack's own`,
        );
        const unknown: Result = { name: "no-host-pid", outcome: "unknown", detail: "1 error" };
        assert.equal(
            live(audit({ cluster: CLUSTER, own: true }, unknown)).reason,
            `1 control: can't be told, cluster production, ${NOON}: 1 error`,
        );
    });

    it("judges a row about the whole list by all others, and names those that are open", () => {
        const list = (...rows: ChecklistRow[]) => {
            const [area] = scoreChecklist([{ id: "A", title: "Area", rows }], known());
            return area?.rows[0];
        };
        const whole: ChecklistRow = {
            id: "A-1",
            title: "Score",
            owner: "o",
            wholeList: true,
            evidence: NONE,
            maxAge: MAX_AGE,
        };
        const done: ChecklistRow = {
            id: "A-2",
            title: "Done",
            owner: "o",
            evidence: { ...NONE, documents: ["held"] },
            maxAge: MAX_AGE,
        };
        const open: ChecklistRow = {
            id: "A-3",
            title: "Open",
            evidence: { ...NONE, documents: ["gone"] },
            owner: "o",
            maxAge: MAX_AGE,
        };
        assert.equal(list(whole, done)?.state, "satisfied");
        const lacking = list(whole, done, open, { ...open, id: "A-4" });
        assert.deepEqual([lacking?.state, lacking?.reason], ["open", "2 other rows are open: A-3, A-4"]);
        assert.equal(
            list({ ...whole, evidence: { ...NONE, alerts: ["Gone"] } }, open)?.reason,
            "alert Gone: is hollow; 1 other row is open: A-3",
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
                    owner: "",
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
