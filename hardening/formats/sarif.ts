import { isAbsolute, relative } from "node:path";

import type { Invocation, Location, Log, ReportingDescriptor, Result, Suppression } from "sarif";

import { version } from "../../packages/hardening/package.json";
import type { ControlMeta, Severity } from "../../policies/engine/control";
import { idOf } from "../../policies/engine/names";
import type { Failure, Finding, NotJudged } from "../findings";
import { exitCode, fails } from "../findings";
import { fingerprint } from "../fingerprint";
import { LineFinder } from "./lines";
import type { Outcome, Run } from "./report";
import { written } from "./report";
import { fileOf, linkTo, references, rulesOf } from "./rules";
import { objectOf } from "./order";

/** SARIF 2.1.0, as code-scanning services read it. Waived findings are there as suppressed. */
export function* sarif(run: Run): Iterable<string> {
    const rules = rulesOf(run);
    const indexes = new Map(rules.map(({ name }, index) => [name, index]));
    const places: Places = { lines: new LineFinder(run), uris: new Map() };
    // Results go one at a time, because a log of a large run would not fit into one string; what is known only when
    // they have all gone by follows them.
    const log: Log = { $schema: SCHEMA, version: "2.1.0", runs: [{ ...headOf(run, rules), results: [] }] };
    const text = JSON.stringify(log, undefined, 2);
    const gap = text.lastIndexOf('"results": []') + '"results": ['.length;
    yield text.slice(0, gap);
    let separator = "";
    const outcome = yield* written(run.findings, (finding) => {
        const line = `${separator}\n        ${JSON.stringify(resultOf(finding, indexes.get(finding.control), places))}`;
        separator = ",";
        return line;
    });
    const invocations = JSON.stringify([invocationOf(run.startedAt, outcome)], undefined, 2);
    yield `],\n      "invocations": ${invocations.replaceAll("\n", "\n      ")}${text.slice(gap + 1)}\n`;
}

export const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** The band of each severity on the scale that GitHub reads `security-severity` by. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
    critical: "9.5",
    high: "8.0",
    medium: "5.5",
    low: "2.0",
};
const LEVEL = { critical: "error", high: "error", medium: "warning", low: "note" } as const;

/** What a log says of a run before its results and how it ended. */
function headOf(run: Run, rules: readonly ControlMeta[]) {
    return {
        tool: {
            driver: {
                name: "hardening",
                version,
                semanticVersion: version,
                rules: rules.map((rule) => ruleOf(rule, run)),
            },
        },
        automationDetails: { id: `hardening/${run.profile}/` },
        columnKind: "utf16CodeUnits" as const,
    };
}

function ruleOf(rule: ControlMeta, run: Run): ReportingDescriptor {
    const standards = references(rule);
    const list = standards.map((standard) => `- ${standard}`).join("\n");
    const id = idOf(rule);
    const helpUri = linkTo(rule.name, run);
    return {
        id: rule.name,
        ...(rule.aliases !== undefined && { deprecatedIds: [...rule.aliases] }),
        name: rule.name
            .split("-")
            .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
            .join(""),
        shortDescription: { text: rule.description },
        fullDescription: { text: `${rule.description} ${rule.why}` },
        ...(helpUri !== undefined && { helpUri }),
        help: {
            text: `${rule.why} ${rule.remediation}`,
            markdown: `${rule.why}\n\n**Remedy:** ${rule.remediation}\n\n${list}`,
        },
        defaultConfiguration: { level: LEVEL[rule.severity] },
        properties: {
            ...(id !== undefined && { id }),
            tags: ["security", "kubernetes", ...rule.covers, ...standards],
            precision: "high",
            "problem.severity": LEVEL[rule.severity] === "note" ? "recommendation" : LEVEL[rule.severity],
            "security-severity": SECURITY_SEVERITY[rule.severity],
        },
    };
}

function resultOf(finding: Finding, ruleIndex: number | undefined, places: Places): Result {
    const unverifiable = finding.status === "unverifiable";
    return {
        ruleId: finding.control,
        ...(ruleIndex !== undefined && { ruleIndex }),
        // SARIF 2.1.0, 3.27.9: the level of what is no failure is "none".
        ...(unverifiable ? { kind: "review", level: "none" } : { kind: "fail", level: levelOf(finding) }),
        message: { text: `${finding.message}${finding.owner === undefined ? "" : ` Managed by ${finding.owner}.`}` },
        locations: [locationOf(finding, places)],
        partialFingerprints: { "hardening/v1": fingerprint(finding) },
        ...(finding.waiver !== undefined && { suppressions: [suppressionOf(finding.waiver)] }),
        ...(finding.exception !== undefined && { suppressions: [exceptionOf(finding.exception)] }),
        ...(finding.known !== undefined && { baselineState: "unchanged" }),
        properties: { severity: finding.severity, enforcement: finding.enforcement, path: finding.path },
    };
}

function levelOf(finding: Finding): Result.level {
    return finding.status === "violation" && !fails(finding) && finding.known !== true
        ? "note"
        : LEVEL[finding.severity];
}

function suppressionOf({ reason, owner, ticket, expires, from }: NonNullable<Finding["waiver"]>): Suppression {
    return {
        kind: "external",
        status: "accepted",
        justification: reason,
        properties: { owner, ticket, expires, from },
    };
}

/** What a component states in the program is a suppression in the source (SARIF 2.1.0, 3.35.2). */
function exceptionOf({ component, reason }: NonNullable<Finding["exception"]>): Suppression {
    return { kind: "inSource", status: "accepted", justification: reason, properties: { component } };
}

/** What results are placed by: the lines of sources, and the URIs of those that there were. */
interface Places {
    readonly lines: LineFinder;
    readonly uris: Map<string, string>;
}

function locationOf(finding: Finding, { lines, uris }: Places): Location {
    const place = lines.place(finding) ?? { line: 1, column: 1 };
    const uri = uris.get(finding.source) ?? uriOf(fileOf(finding));
    uris.set(finding.source, uri);
    const object = objectOf(finding);
    return {
        physicalLocation: {
            artifactLocation: { uri },
            region: { startLine: place.line, startColumn: place.column },
        },
        logicalLocations: [
            {
                name: finding.name || object,
                fullyQualifiedName: finding.path === "" ? object : `${object}/${finding.path}`,
                kind: "resource",
            },
        ],
    };
}

/** A path as a URI reference: relative to the working directory where it is below it, percent-encoded segment by segment. */
export function uriOf(path: string): string {
    const below = relative(process.cwd(), path);
    const shown = isAbsolute(path) && !below.startsWith("..") && !isAbsolute(below) ? below : path;
    const encoded = shown
        .replace(/\p{Cs}/gu, "\ufffd")
        .replaceAll("\\", "/")
        .split("/")
        .map(encodeURIComponent)
        .join("/");
    return isAbsolute(shown) ? `file://${encoded}` : encoded;
}

function invocationOf(startedAt: Date, { failures, notJudged, tally, elapsedMs }: Outcome): Invocation {
    return {
        executionSuccessful: failures.length === 0,
        exitCode: exitCode(tally, failures),
        startTimeUtc: startedAt.toISOString(),
        endTimeUtc: new Date(startedAt.valueOf() + Math.round(elapsedMs)).toISOString(),
        ...(failures.length + notJudged.length > 0 && {
            toolExecutionNotifications: [...failures.map(notificationOf), ...notJudged.map(passedOver)],
        }),
    };
}

/** What no control has looked at is no result: there is no rule that it could be a result of. */
function passedOver({ source, document, kind, name, reason }: NotJudged) {
    const location: Location = { physicalLocation: { artifactLocation: { uri: uriOf(fileOf({ source })) } } };
    return {
        level: "warning" as const,
        message: { text: `not judged: ${[kind, name].filter((part) => part !== "").join(" ")}: ${reason}` },
        ...(source !== "" && { locations: [location] }),
        properties: { notJudged: true, document, kind, name },
    };
}

function notificationOf({ source, line, message }: Failure) {
    const location: Location = {
        physicalLocation: {
            artifactLocation: { uri: uriOf(fileOf({ source })) },
            ...(line !== undefined && { region: { startLine: line } }),
        },
    };
    return { level: "error" as const, message: { text: message }, ...(source !== "" && { locations: [location] }) };
}
