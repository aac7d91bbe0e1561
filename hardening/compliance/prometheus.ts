import type { ComplianceReport } from "./model";

/**
 * The score as metrics in Prometheus' text form, for a node exporter's textfile collector or a push gateway. The alerts
 * ComplianceScoreBelowTarget and ComplianceNotMeasured read them.
 */
export function complianceMetrics({ stack, score, at, statements }: ComplianceReport): string {
    const labels = `{stack="${stack}"}`;
    const taken = statements.filter(({ refused }) => refused === undefined);
    return [
        "# HELP hardening_compliance_score_ratio Rows of the checklist that hold, among those that apply.",
        "# TYPE hardening_compliance_score_ratio gauge",
        `hardening_compliance_score_ratio${labels} ${score.percent / 100}`,
        "# HELP hardening_compliance_rows Rows of the checklist by state.",
        "# TYPE hardening_compliance_rows gauge",
        ...Object.entries({
            satisfied: score.satisfied,
            waived: score.waived,
            not_applicable: score.notApplicable,
            open: score.open,
        }).map(([state, rows]) => `hardening_compliance_rows{stack="${stack}",state="${state}"} ${rows}`),
        "# HELP hardening_evidence_statements Files of evidence, by whether they count.",
        "# TYPE hardening_evidence_statements gauge",
        `hardening_evidence_statements{stack="${stack}",counts="yes"} ${taken.length}`,
        `hardening_evidence_statements{stack="${stack}",counts="no"} ${statements.length - taken.length}`,
        "# HELP hardening_evidence_newest_timestamp_seconds When the newest evidence of a kind that counts was seen.",
        "# TYPE hardening_evidence_newest_timestamp_seconds gauge",
        ...[...Map.groupBy(taken, ({ kind }) => kind)].map(([kind, lines]) => {
            const newest = Math.max(...lines.map((line) => Date.parse(line.at ?? at)));
            return `hardening_evidence_newest_timestamp_seconds{stack="${stack}",kind="${kind}"} ${Math.floor(newest / 1000)}`;
        }),
        "# HELP hardening_compliance_measured_timestamp_seconds When the score was computed.",
        "# TYPE hardening_compliance_measured_timestamp_seconds gauge",
        `hardening_compliance_measured_timestamp_seconds${labels} ${Math.floor(Date.parse(at) / 1000)}`,
        "",
    ].join("\n");
}
