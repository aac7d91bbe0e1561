import type { ComplianceReport } from "./model";

/**
 * The score as metrics in Prometheus' text form, for a node exporter's textfile collector or a push gateway. The alerts
 * ComplianceScoreBelowTarget and ComplianceNotMeasured read them.
 */
export function complianceMetrics({ stack, score, at }: ComplianceReport): string {
    const labels = `{stack="${stack}"}`;
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
        "# HELP hardening_compliance_measured_timestamp_seconds When the score was computed.",
        "# TYPE hardening_compliance_measured_timestamp_seconds gauge",
        `hardening_compliance_measured_timestamp_seconds${labels} ${Math.floor(Date.parse(at) / 1000)}`,
        "",
    ].join("\n");
}
