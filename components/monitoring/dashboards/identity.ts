import type { Lives } from "../alerts";
import { HANDSHAKES, MADE_BY_PROXIES, partOf, REFUSED_BY_PROXIES } from "../handshakes";
import type { Dashboard } from "../panel";
import { count } from "../panel";

/** Identities and the handshakes that are built on them: targets MET-1 to MET-3. */
export const identityDashboard = (lives: Lives): Dashboard => ({
    uid: "identity",
    title: "Identity",
    rows: [
        {
            title: "Targets",
            panels: [
                {
                    title: "Handshake success",
                    description: "MET-1: above 99.9 %.",
                    kind: "stat",
                    unit: "percentunit",
                    queries: [
                        {
                            expr: `1 - ${partOf("failed handshakes", "30m")}`,
                            legend: "success",
                        },
                    ],
                    threshold: { value: 0.999, below: true },
                },
                {
                    title: "Post-quantum share",
                    description: "MET-1: handshakes with a hybrid ML-KEM key exchange.",
                    kind: "stat",
                    unit: "percentunit",
                    queries: [
                        {
                            expr: `sum(rate(${HANDSHAKES}{result="success", pqc="true"}[30m])) / sum(rate(${HANDSHAKES}{result="success"}[30m]))`,
                            legend: "post-quantum",
                        },
                    ],
                    threshold: { value: 1, below: true },
                },
                {
                    title: "Certificates expire in",
                    description: "MET-2: never below seven days.",
                    kind: "stat",
                    unit: "s",
                    queries: [{ expr: "min(probe_ssl_earliest_cert_expiry - time())", legend: "first to expire" }],
                    threshold: { value: 604_800, below: true },
                },
                {
                    title: "Authentication failures",
                    description: "MET-3: below 0.1 %.",
                    kind: "stat",
                    unit: "percentunit",
                    queries: [
                        {
                            expr: partOf("refused peers", "30m"),
                            legend: "failures",
                        },
                    ],
                    threshold: { value: 0.001 },
                },
            ],
        },
        {
            title: "Mutual TLS",
            panels: [
                {
                    title: "Handshakes by group",
                    description: "Key exchange groups agreed on.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        { expr: `sum by (group) (rate(${HANDSHAKES}{result="success"}[5m]))`, legend: "{{group}}" },
                        { expr: `sum(rate(${MADE_BY_PROXIES}[5m]))`, legend: "at proxies" },
                    ],
                },
                {
                    title: "Refusals by reason",
                    description: "Why peers were refused.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: "sum by (side, reason) (rate(spiffe_authentication_failures_total[5m]))",
                            legend: "{{side}} {{reason}}",
                        },
                        ...Object.entries(REFUSED_BY_PROXIES).map(([reason, refused]) => ({
                            expr: `sum by (pod) (rate(${refused}[5m]))`,
                            legend: `{{pod}} ${reason}`,
                        })),
                    ],
                },
                {
                    title: "SVIDs expire in",
                    description: "Half of an SVID's life is the time to renew it.",
                    kind: "timeseries",
                    unit: "s",
                    queries: [{ expr: "min by (spiffe_id) (spiffe_svid_expiry_seconds)", legend: "{{spiffe_id}}" }],
                    threshold: { value: lives.svid / 6, below: true },
                },
            ],
        },
        {
            title: "SPIRE",
            panels: [
                {
                    title: "Authority expires in",
                    description: "The server's active X.509 authority.",
                    kind: "timeseries",
                    unit: "s",
                    queries: [
                        {
                            expr: "min by (trust_domain_id) (spire_server_manager_x509_ca_rotate_expiration - time())",
                            legend: "{{trust_domain_id}}",
                        },
                    ],
                    threshold: { value: lives.authority / 8, below: true },
                },
                {
                    title: "SVIDs signed",
                    description: "X.509-SVIDs issued by the servers.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        { expr: "sum by (pod) (rate(spire_server_server_ca_sign_x509_svid[5m]))", legend: "{{pod}}" },
                    ],
                },
                {
                    title: "Attestations by status",
                    description: "Workload attestations at the agents.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: "sum by (status) (rate(spire_agent_workload_api_workload_attestation[5m]))",
                            legend: "{{status}}",
                        },
                    ],
                },
                count("Agents without trust bundle", "Agents that have not bootstrapped.", {
                    expr: "count(spire_agent_bootstrapped == 0) or vector(0)",
                    legend: "agents",
                }),
            ],
        },
    ],
});
