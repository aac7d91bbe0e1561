import { createHash } from "node:crypto";

import { count } from "../formats/style";
import type { ComplianceReport, StatementLine } from "./model";
import type { RowState, ScoredRow } from "./score";
import { LABEL } from "./score";

/** The OSCAL release whose assessment-results model this follows. */
const OSCAL_VERSION = "1.1.2";

/** Whose the names of our own properties are. */
const NAMESPACE = "https://x0tta6bl4.io/evidence";

/** UUIDs derived from content (RFC 9562, version 5 layout), so that the same report gives the same document. */
function uuid(...parts: readonly string[]): string {
    const hash = createHash("sha256").update(parts.join("\u0000")).digest("hex");
    const variant = ((parseInt(hash.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
    return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-${variant}${hash.slice(18, 20)}-${hash.slice(20, 32)}`;
}

const STATE: Readonly<Record<RowState, { state: "satisfied" | "not-satisfied"; reason: string }>> = {
    satisfied: { state: "satisfied", reason: "pass" },
    waived: { state: "satisfied", reason: "waived" },
    "not-applicable": { state: "satisfied", reason: "not-applicable" },
    open: { state: "not-satisfied", reason: "open" },
};

/**
 * The report as OSCAL assessment results: one observation and one finding for each row of the checklist.
 * https://pages.nist.gov/OSCAL-Reference/models/v1.1.2/assessment-results/json-reference/
 */
export function complianceOscal(report: ComplianceReport): object {
    const rows = report.areas.flatMap((area) => area.rows);
    const id = (...parts: readonly string[]): string => uuid(report.stack, report.at, ...parts);
    return {
        "assessment-results": {
            uuid: id("assessment-results"),
            metadata: {
                title: `Hardening checklist of stack ${report.stack}`,
                "last-modified": report.at,
                version: "1",
                "oscal-version": OSCAL_VERSION,
            },
            "import-ap": { href: `#${id("assessment-plan")}` },
            "back-matter": {
                resources: [
                    {
                        uuid: id("assessment-plan"),
                        title: "Hardening checklist",
                        description: "The checklist that this assessment follows.",
                        rlinks: [{ href: "checklist/checklist.yaml" }],
                    },
                    ...report.statements.map((line) => statement(line, id)),
                ],
            },
            results: [
                {
                    uuid: id("result"),
                    title: `Compliance ${report.score.percent} %`,
                    description: `${report.score.satisfied} rows satisfied, ${report.score.waived} waived, ${report.score.notApplicable} not applicable, ${report.score.open} open.`,
                    start: report.at,
                    end: report.at,
                    props: [{ name: "compliance-score", value: String(report.score.percent) }],
                    "reviewed-controls": {
                        "control-selections": [
                            { "include-controls": rows.map((row) => ({ "control-id": controlId(row) })) },
                        ],
                    },
                    observations: rows.map((row) => observation(row, report, id)),
                    findings: rows.map((row) => finding(row, id)),
                },
            ],
        },
    };
}

type Id = (...parts: readonly string[]) => string;

/** OSCAL identifiers are tokens: letters, digits, dots, dashes and underscores, not starting with a digit. */
function controlId({ id }: ScoredRow): string {
    return id.toLowerCase();
}

function observation(row: ScoredRow, report: ComplianceReport, id: Id): object {
    const proving = [...new Set(row.proofs.flatMap((proof) => proof.statement ?? []))];
    const said = row.proofs.map(({ kind, entry, state, detail }) => `${LABEL[kind]} ${entry}: ${state} (${detail})`);
    return {
        uuid: id("observation", row.id),
        title: `${row.id} ${row.title}`,
        description: said.join("\n") || row.reason,
        methods: ["TEST"],
        types: ["finding"],
        collected: report.at,
        ...(proving.length > 0 && {
            "relevant-evidence": proving.map((file) => ({
                href: `#${id("statement", file)}`,
                description: `Statement ${file}`,
            })),
        }),
    };
}

/** A file of evidence as a resource that observations point to. */
function statement({ file, sha256, kind, at = "", refused }: StatementLine, id: Id): object {
    return {
        uuid: id("statement", file),
        title: `Statement ${file}`,
        description:
            refused === undefined ? `Evidence of the kind ${kind ?? ""}, seen ${at}.` : `Proves nothing: it ${refused}`,
        props: [{ name: "counts", ns: NAMESPACE, value: refused === undefined ? "yes" : "no" }],
        rlinks: [
            {
                href: file,
                "media-type": "application/vnd.in-toto+json",
                hashes: [{ algorithm: "SHA-256", value: sha256 }],
            },
        ],
    };
}

function finding(row: ScoredRow, id: Id): object {
    return {
        uuid: id("finding", row.id),
        title: `${row.id} ${row.title}`,
        description: row.reason || `Proven by ${count(row.proofs.length, "piece")} of evidence.`,
        target: { type: "objective-id", "target-id": controlId(row), status: STATE[row.state] },
        "related-observations": [{ "observation-uuid": id("observation", row.id) }],
    };
}
