import { endOfDay } from "../../policies/engine/values";
import type { ComplianceReport } from "./model";
import { endingsOf } from "./outlook";
import type { ScoredArea, ScoredRow } from "./score";
import { totalScore } from "./score";

type Labels = Readonly<Record<string, string>>;

/** One metric of the text form: samples of the same labels are one, the smallest of them. */
interface Gauge {
    readonly name: string;
    readonly help: string;
    readonly samples: readonly (readonly [Labels, number])[];
}

/**
 * The score as metrics in Prometheus' text form, for a node exporter's textfile collector or a push gateway: of the whole list,
 * of each area and each row that applies, the age of evidence, and the end of what holds until a day. The alerts
 * ComplianceScoreBelowTarget and ComplianceNotMeasured and the dashboard Compliance read them.
 */
export function complianceMetrics(report: ComplianceReport): string {
    return gauges(report)
        .filter(({ samples }) => samples.length > 0)
        .map((gauge) => textOf(gauge, report.stack))
        .join("");
}

function gauges(report: ComplianceReport): readonly Gauge[] {
    const { score, at, areas, statements } = report;
    const taken = statements.filter(({ refused }) => refused === undefined);
    return [
        {
            name: "hardening_compliance_score_ratio",
            help: "Rows of the checklist that hold, among those that apply.",
            samples: [[{}, score.percent / 100]],
        },
        {
            name: "hardening_compliance_area_score_ratio",
            help: "The same of each area.",
            samples: areas
                .filter(applies)
                .map((area) => [{ area: area.id }, totalScore([area]).percent / 100] as const),
        },
        {
            name: "hardening_compliance_row_holds",
            help: "1 where a row of the checklist is satisfied or waived, 0 where it is open.",
            samples: areas.flatMap(({ id, rows }) =>
                rows
                    .filter(isApplicable)
                    .map((row) => [{ area: id, row: row.id, owner: row.owner }, row.state === "open" ? 0 : 1] as const),
            ),
        },
        {
            name: "hardening_compliance_rows",
            help: "Rows of the checklist by state.",
            samples: Object.entries({
                satisfied: score.satisfied,
                waived: score.waived,
                not_applicable: score.notApplicable,
                open: score.open,
            }).map(([state, rows]) => [{ state }, rows] as const),
        },
        {
            name: "hardening_evidence_statements",
            help: "Files of evidence, by whether they count.",
            samples: [
                [{ counts: "yes" }, taken.length],
                [{ counts: "no" }, statements.length - taken.length],
            ],
        },
        {
            name: "hardening_evidence_newest_timestamp_seconds",
            help: "When the newest evidence of a kind that counts was seen.",
            samples: [...Map.groupBy(taken, ({ kind }) => kind)].map(([kind = "", lines]) => [
                { kind },
                seconds(Math.max(...lines.map((line) => Date.parse(line.at ?? at)))),
            ]),
        },
        {
            name: "hardening_compliance_end_timestamp_seconds",
            help: "When a waiver or an attestation ends.",
            samples: endingsOf(report).map(({ kind, until, what, owner }) => [
                { kind, what, owner },
                seconds(endOfDay(until).valueOf()),
            ]),
        },
        {
            name: "hardening_compliance_measured_timestamp_seconds",
            help: "When the score was computed.",
            samples: [[{}, seconds(Date.parse(at))]],
        },
    ];
}

function seconds(milliseconds: number): number {
    return Math.floor(milliseconds / 1000);
}

function isApplicable({ state }: ScoredRow): boolean {
    return state !== "not-applicable";
}

function applies({ rows }: ScoredArea): boolean {
    return rows.some(isApplicable);
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
function textOf({ name, help, samples }: Gauge, stack: string): string {
    const values = new Map<string, number>();
    for (const [labels, value] of samples) {
        const series = `${name}{${Object.entries({ stack, ...labels })
            .map(([label, text]) => `${label}="${escaped(text)}"`)
            .join(",")}}`;
        values.set(series, Math.min(value, values.get(series) ?? Infinity));
    }
    const lines = [...values].map(([series, value]) => `${series} ${value}\n`);
    return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function escaped(text: string): string {
    return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
