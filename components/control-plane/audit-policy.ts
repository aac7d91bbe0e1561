/** One rule of the API server's audit policy; the first that matches decides (audit.k8s.io/v1). */
export interface AuditRule {
    readonly level: "None" | "Metadata" | "Request" | "RequestResponse";
    readonly users?: readonly string[];
    readonly userGroups?: readonly string[];
    readonly verbs?: readonly string[];
    readonly resources?: readonly { readonly group: string; readonly resources?: readonly string[] }[];
    readonly nonResourceURLs?: readonly string[];
    readonly omitStages?: readonly string[];
}

/** Resources whose bodies hold credentials: who touched them is kept, what was in them never is. */
const CREDENTIALS: readonly { readonly group: string; readonly resources: readonly string[] }[] = [
    { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
    { group: "authentication.k8s.io", resources: ["tokenreviews"] },
];

/** Groups whose changes decide over rights and identities, kept with what was asked and answered. */
const DECISIVE = [
    "rbac.authorization.k8s.io",
    "spire.spiffe.io",
    "admissionregistration.k8s.io",
    "networking.k8s.io",
    "external-secrets.io",
    "policy",
];

const WRITES = ["create", "update", "patch", "delete", "deletecollection"];

/**
 * The audit policy: every change and every access to credentials is on record with who, what and when; bodies only where
 * they hold no credential; noise of the cluster's own components is left out.
 */
export function auditPolicy(): { readonly apiVersion: string; readonly kind: string; readonly [key: string]: unknown } {
    const rules: readonly AuditRule[] = [
        { level: "Metadata", resources: CREDENTIALS },
        {
            level: "Metadata",
            resources: [
                { group: "", resources: ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"] },
            ],
        },
        {
            level: "None",
            users: ["system:kube-proxy", "system:kube-scheduler", "system:kube-controller-manager"],
            verbs: ["get", "list", "watch"],
        },
        { level: "None", userGroups: ["system:nodes"], verbs: ["get", "list", "watch"] },
        { level: "None", nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"] },
        {
            level: "None",
            resources: [{ group: "coordination.k8s.io", resources: ["leases"] }],
            verbs: ["get", "update"],
        },
        { level: "None", resources: [{ group: "", resources: ["events"] }, { group: "events.k8s.io" }] },
        { level: "RequestResponse", verbs: WRITES, resources: DECISIVE.map((group) => ({ group })) },
        { level: "Request", verbs: WRITES, resources: [{ group: "" }, { group: "apps" }, { group: "batch" }] },
        { level: "Metadata" },
    ];
    return { apiVersion: "audit.k8s.io/v1", kind: "Policy", omitStages: ["RequestReceived"], rules };
}

/** The API server's flags that switch the log on and keep it (kube-apiserver reference). */
export function auditFlags(settings: {
    readonly maxAgeDays: number;
    readonly maxBackups: number;
    readonly maxSizeMegabytes: number;
}): readonly string[] {
    return [
        "--audit-policy-file=/etc/kubernetes/audit-policy.yaml",
        "--audit-log-path=/var/log/kubernetes/audit/audit.log",
        "--audit-log-format=json",
        `--audit-log-maxage=${settings.maxAgeDays}`,
        `--audit-log-maxbackup=${settings.maxBackups}`,
        `--audit-log-maxsize=${settings.maxSizeMegabytes}`,
    ];
}
