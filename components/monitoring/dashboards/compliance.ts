import type { Dashboard } from "../panel";
import { count } from "../panel";

/** Vulnerabilities, the compliance score, and what admission and audit do: targets MET-5 and MET-6. */
export const complianceDashboard: Dashboard = {
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
                    expr: 'sum(trivy_image_vulnerabilities{severity="Critical"})',
                    legend: "critical",
                }),
                count(
                    "High vulnerabilities",
                    "MET-5: fewer than five.",
                    { expr: 'sum(trivy_image_vulnerabilities{severity="High"})', legend: "high" },
                    5,
                ),
                count("Alerts firing", "By area, of those this foundation defines.", {
                    expr: 'count by (area) (ALERTS{alertstate="firing", area!=""})',
                    legend: "{{area}}",
                }),
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
};
