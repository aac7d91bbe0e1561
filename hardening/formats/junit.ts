import type { Finding } from "../findings";
import { fails, placeOfFailure } from "../findings";
import type { Outcome, Run } from "./report";
import { whole } from "./report";
import { rulesOf } from "./rules";
import { objectOf } from "./order";

/** JUnit XML: a suite for each control, a case for each finding; a control without findings is one passing case. */
export function* junit(underWay: Run): Iterable<string> {
    const run = whole(underWay);
    const found = Map.groupBy(run.findings, ({ control }) => control);
    const suites = rulesOf(run).map(({ name }) => suiteOf(name, found.get(name) ?? []));
    const errors = run.failures.length > 0 ? [errorSuite(run)] : [];
    const failures = run.findings.filter(fails).length;
    const unseen = run.notJudged.length > 0 ? [unseenSuite(run)] : [];
    const tests = suites.reduce((sum, suite) => sum + suite.tests, 0) + run.failures.length + run.notJudged.length;
    const lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites name="hardening" tests="${tests}" failures="${failures}" errors="${run.failures.length}" time="${(run.elapsedMs / 1000).toFixed(3)}">`,
        ...suites.map(({ xml }) => xml),
        ...errors,
        ...unseen,
        "</testsuites>",
    ];
    for (const line of lines) {
        yield `${line}\n`;
    }
}

interface Suite {
    readonly tests: number;
    readonly xml: string;
}

function suiteOf(name: string, findings: readonly Finding[]): Suite {
    const cases =
        findings.length === 0
            ? [`    <testcase classname="${escape(name)}" name="no finding"/>`]
            : findings.map((finding) => caseOf(finding));
    const failures = findings.filter(fails).length;
    const skipped = findings.length - failures;
    const head = `  <testsuite name="${escape(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}">`;
    return { tests: cases.length, xml: [head, ...cases, "  </testsuite>"].join("\n") };
}

function caseOf(finding: Finding): string {
    const place = finding.path === "" ? objectOf(finding) : `${objectOf(finding)} ${finding.path}`;
    const head = `    <testcase classname="${escape(finding.control)}" name="${escape(place)}" file="${escape(finding.source)}">`;
    return [head, `      ${verdictOf(finding)}`, "    </testcase>"].join("\n");
}

/** Only what makes the run fail is a failure; the rest is skipped, with the reason. */
function verdictOf(finding: Finding): string {
    if (fails(finding)) {
        return `<failure type="${finding.severity}" message="${escape(finding.message)}">${escape(finding.remediation)}</failure>`;
    }
    return `<skipped message="${escape(`${reasonOf(finding)}: ${finding.message}`)}"/>`;
}

function reasonOf({ status, waiver, exception, known }: Finding): string {
    if (waiver !== undefined) {
        return `waived until ${waiver.expires} by ${waiver.owner} (${waiver.ticket})`;
    }
    if (exception !== undefined) {
        return `excepted by ${exception.component}, since ${exception.reason}`;
    }
    return status === "unverifiable" ? "unverifiable" : known === true ? "in the baseline" : "advisory";
}

function errorSuite(run: Outcome): string {
    const count = run.failures.length;
    return [
        `  <testsuite name="errors" tests="${count}" failures="0" errors="${count}" skipped="0">`,
        ...run.failures.map(
            (failure) =>
                `    <testcase classname="errors" name="${escape(placeOfFailure(failure))}"><error type="${failure.cause}" message="${escape(failure.message)}"/></testcase>`,
        ),
        "  </testsuite>",
    ].join("\n");
}

/** What no control has looked at is neither passed nor failed. */
function unseenSuite({ notJudged }: Outcome): string {
    const count = notJudged.length;
    return [
        `  <testsuite name="not judged" tests="${count}" failures="0" errors="0" skipped="${count}">`,
        ...notJudged.map(
            ({ source, kind, name, reason }) =>
                `    <testcase classname="not judged" name="${escape(`${kind} ${name}`.trim())}" file="${escape(source)}"><skipped message="${escape(`not judged: ${reason}`)}"/></testcase>`,
        ),
        "  </testsuite>",
    ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
};

/** Text fit for XML 1.0: markup is escaped, and characters that XML has no way to write become U+FFFD. */
function escape(text: string): string {
    return text
        .replace(/[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
        .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
        .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
