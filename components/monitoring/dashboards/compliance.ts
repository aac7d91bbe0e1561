import type { Dashboard } from "../panel";
import { count } from "../panel";

function vulnerabilities(severity: string, namespaces: readonly string[]): string {
    return `sum(trivy_image_vulnerabilities{severity="${severity}", namespace=~"${namespaces.join("|")}"})`;
}

/**
 * Vulnerabilities, the compliance score, and what admission and audit do: targets MET-5 and MET-6.
 *
 * @param namespaces those of the stack, whose images are its own to mend
 */
export const complianceDashboard = (namespaces: readonly string[]): Dashboard => ({
    uid: "compliance",
    title: "Compliance",
    rows: [
        {
            title: "Targets",
            panels: [
                {
                    title: "Compliance score",
                    description: "MET-6: 100 %.",
                    kind: "stat",
                    unit: "percentunit",
                    queries: [{ expr: "min(hardening_compliance_score_ratio)", legend: "score" }],
                    threshold: { value: 1, below: true },
                },
                count("Critical vulnerabilities", "MET-5: none.", {
                    expr: vulnerabilities("Critical", namespaces),
                    legend: "critical",
                }),
                count(
                    "High vulnerabilities",
                    "MET-5: fewer than five.",
                    { expr: vulnerabilities("High", namespaces), legend: "high" },
                    5,
                ),
                count("Alerts firing", "By area, of those this foundation defines.", {
                    expr: 'count by (area) (ALERTS{alertstate="firing", area!=""})',
                    legend: "{{area}}",
                }),
            ],
        },
        {
            title: "Score",
            panels: [
                {
                    title: "Score by area",
                    description: "Rows that hold among those that apply, as the last report of each stack has them.",
                    kind: "timeseries",
                    unit: "percentunit",
                    queries: [{ expr: "hardening_compliance_area_score_ratio", legend: "{{stack}} {{area}}" }],
                },
                {
                    title: "Open rows",
                    description: "Rows that lack evidence, and whom to ask.",
                    kind: "table",
                    unit: "short",
                    queries: [{ expr: "hardening_compliance_row_holds == 0", legend: "{{stack}} {{row}} {{owner}}" }],
                },
            ],
        },
        {
            title: "Evidence",
            panels: [
                {
                    title: "Age of evidence",
                    description: "Since the newest statement of each kind that counts was seen.",
                    kind: "timeseries",
                    unit: "s",
                    queries: [
                        {
                            expr: "time() - hardening_evidence_newest_timestamp_seconds",
                            legend: "{{stack}} {{kind}}",
                        },
                        {
                            expr: "time() - hardening_compliance_measured_timestamp_seconds",
                            legend: "{{stack}} report",
                        },
                    ],
                },
                count("Statements that prove nothing", "The report says of each why.", {
                    expr: 'sum by (stack) (hardening_evidence_statements{counts="no"})',
                    legend: "{{stack}}",
                }),
                {
                    title: "Time left",
                    description: "Until waivers and attestations end, those of the next 90 days.",
                    kind: "table",
                    unit: "s",
                    queries: [
                        {
                            expr: "sort(hardening_compliance_end_timestamp_seconds - time() < 90 * 86400)",
                            legend: "{{stack}} {{what}} {{owner}}",
                        },
                    ],
                    threshold: { value: 1_209_600, below: true },
                },
            ],
        },
        {
            title: "Admission and audit",
            panels: [
                {
                    title: "Admission checks",
                    description: "Outcome of the ValidatingAdmissionPolicies.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: "sum by (policy, enforcement_action) (rate(apiserver_validating_admission_policy_check_total[5m]))",
                            legend: "{{policy}} {{enforcement_action}}",
                        },
                    ],
                },
                {
                    title: "Audit events lost",
                    description: "Errors of the API server's audit backends.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [{ expr: "sum(rate(apiserver_audit_error_total[5m]))", legend: "lost" }],
                    threshold: { value: 0.001 },
                },
            ],
        },
    ],
});
