import assert from "node:assert/strict";

import type { Failure, FailureCause, Finding, FindingStatus, NotJudged } from "../../hardening/findings";
import { counted, EXIT, exitCode, fails, summarise, Tally } from "../../hardening/findings";

function finding(status: FindingStatus, over: Partial<Finding> = {}): Finding {
    return {
        source: "deploy.yaml",
        document: 0,
        type: "kubernetes:core/v1:Pod",
        kind: "Pod",
        namespace: "shop",
        name: "web",
        control: "run-as-non-root",
        covers: [],
        severity: "medium",
        enforcement: "mandatory",
        status,
        path: "spec",
        message: "spec.securityContext is missing",
        remediation: "Set it.",
        frameworks: [],
        ...over,
    };
}

const failure = (cause: FailureCause): Failure => ({ source: "deploy.yaml", message: "is broken", cause });

function tallyOf(...findings: readonly Finding[]): Tally {
    const tally = new Tally();
    findings.forEach((each) => tally.add(each));
    return tally;
}

describe("findings", () => {
    const STATUSES: readonly FindingStatus[] = ["violation", "waived", "excepted", "unverifiable"];

    it("fail a run only as mandatory violations that the baseline doesn't hold", () => {
        for (const status of STATUSES) {
            assert.equal(fails(finding(status)), status === "violation", status);
            assert.equal(fails(finding(status, { enforcement: "advisory" })), false, status);
            assert.equal(fails(finding(status, { known: true })), false, status);
        }
        assert.equal(fails(finding("violation", { known: false })), true);
    });

    it("are counted by what they do to a run", () => {
        const { advisory, known, failing, unverifiable, notJudged } = tallyOf(
            finding("violation"),
            finding("violation"),
            finding("violation", { known: true }),
            finding("violation", { known: true }),
            finding("violation", { known: true }),
            finding("violation", { enforcement: "advisory" }),
            finding("waived", { enforcement: "advisory" }),
            finding("excepted", { known: true }),
            finding("unverifiable"),
        );
        assert.deepEqual(
            { advisory, known, failing, unverifiable, notJudged },
            { advisory: 1, known: 3, failing: 2, unverifiable: 1, notJudged: 0 },
        );
    });

    it("are counted by status, and by control in the order of the controls' names", () => {
        const findings = [
            finding("violation", { control: "b" }),
            finding("waived", { control: "c" }),
            finding("excepted", { control: "a" }),
            finding("unverifiable", { control: "b" }),
            finding("violation", { control: "b" }),
        ];
        const summary = summarise(findings, 7);
        assert.deepEqual(summary, {
            resources: 7,
            violations: 2,
            waived: 1,
            unverifiable: 1,
            excepted: 1,
            notJudged: 0,
            byControl: { a: 1, b: 3, c: 1 },
        });
        assert.deepEqual(Object.keys(summary.byControl), ["a", "b", "c"]);
    });

    it("pass by as they are counted, and what they came to gets the counts", () => {
        const unseen: NotJudged = { source: "s", document: 0, kind: "Workflow.argoproj.io", name: "x", reason: "why" };
        const findings = [finding("violation"), finding("waived")];
        function* run(): Generator<
            Finding,
            { readonly read: string; readonly notJudged: readonly NotJudged[] },
            undefined
        > {
            yield* findings;
            return { read: "all", notJudged: [unseen, unseen] };
        }
        const counting = counted(run());
        assert.deepEqual([counting.next().value, counting.next().value], findings);
        const { done, value } = counting.next();
        assert.equal(done, true);
        assert.ok("tally" in value);
        assert.equal(value.read, "all");
        assert.deepEqual(value.notJudged, [unseen, unseen]);
        assert.deepEqual(value.tally.summary(1), {
            resources: 1,
            violations: 1,
            waived: 1,
            unverifiable: 0,
            excepted: 0,
            notJudged: 2,
            byControl: { "run-as-non-root": 2 },
        });
    });
});

describe("exit codes", () => {
    const clean = new Tally();
    const unseen = new Tally();
    unseen.notJudged = 1;
    const violation = tallyOf(finding("violation"));
    const unverifiable = tallyOf(finding("unverifiable"));

    const CASES: readonly (readonly [name: string, code: number, ...run: Parameters<typeof exitCode>])[] = [
        ["clean", EXIT.clean, clean, []],
        ["clean and strict", EXIT.clean, clean, [], true],
        ["a violation", EXIT.violations, violation, []],
        ["a violation in a strict run", EXIT.violations, violation, [], true],
        ["only advice", EXIT.clean, tallyOf(finding("violation", { enforcement: "advisory" })), [], true],
        ["an unknown value", EXIT.clean, unverifiable, []],
        ["an unknown value in a strict run", EXIT.violations, unverifiable, [], true],
        ["an object that no control knows", EXIT.clean, unseen, []],
        ["an object that no control knows in a strict run", EXIT.violations, unseen, [], true],
        ["unreadable input", EXIT.input, clean, [failure("input")]],
        ["unreadable input and a violation", EXIT.input, violation, [failure("input")], true],
        ["a control that failed", EXIT.failed, clean, [failure("control")]],
        ["a program that failed", EXIT.failed, violation, [failure("program")]],
        ["a control that failed beside unreadable input", EXIT.failed, clean, [failure("input"), failure("control")]],
    ];
    for (const [name, code, ...run] of CASES) {
        it(`are ${code} for ${name}`, () => {
            assert.equal(exitCode(...run), code);
        });
    }

    it("are those that the documentation states", () => {
        assert.deepEqual(EXIT, { clean: 0, violations: 1, input: 2, failed: 3 });
    });
});
