import type * as k8s from "@pulumi/kubernetes";

type PolicyRule = k8s.types.input.rbac.v1.PolicyRule;

/** Name of the Deployment, its Services, its ServiceAccount and its roles. */
export const RESPONDER = "responder";

/** Name of the role of the people who answer for incidents. */
export const PEOPLE = "incident-responders";

/** The responder's label of isolated pods, its policy for them and its list of refused identities; see responder/README.md. */
export const QUARANTINE_LABEL = "responder.x0tta6bl4.io/quarantine";
export const QUARANTINE_POLICY = "responder-quarantine";
export const DENY_LIST = "revoked-identities";
export const LEADER_LABEL = "responder.x0tta6bl4.io/leader";

const CORE = "";
const INCIDENTS = "responder.x0tta6bl4.io";

/**
 * What the responder may do in every namespace: look pods up, and the steps it has. No exec, no Secrets, nothing wild. RBAC can't say which fields may be
 * changed: `bounds.ts` does.
 */
export const CLUSTER_RULES: readonly PolicyRule[] = [
    { apiGroups: [CORE], resources: ["pods"], verbs: ["get", "list", "patch", "delete"] },
    { apiGroups: [CORE], resources: ["pods/log"], verbs: ["get"] },
    { apiGroups: [CORE], resources: ["nodes"], verbs: ["get", "list", "patch"] },
    { apiGroups: [CORE], resources: ["namespaces"], verbs: ["get"] },
    { apiGroups: [CORE], resources: ["events", "services"], verbs: ["list"] },
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] },
    { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "list"] },
    { apiGroups: ["apps"], resources: ["statefulsets", "daemonsets"], verbs: ["get", "patch"] },
    { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: ["get"] },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["list"] },
    { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list", "create", "delete"] },
    { apiGroups: ["external-secrets.io"], resources: ["externalsecrets"], verbs: ["get", "patch"] },
    { apiGroups: ["spire.spiffe.io"], resources: ["clusterspiffeids"], verbs: ["list"] },
];

/** What it may do in the namespaces of peers that obey its list. */
export const LIST_RULES: readonly PolicyRule[] = [
    { apiGroups: [CORE], resources: ["configmaps"], resourceNames: [DENY_LIST], verbs: ["get", "patch"] },
];

/** What it may do in its own namespace: its incidents, its lease, its list, and Events about them. */
export const OWN_RULES: readonly PolicyRule[] = [
    { apiGroups: [INCIDENTS], resources: ["securityincidents"], verbs: ["get", "list", "watch", "create", "delete"] },
    { apiGroups: [INCIDENTS], resources: ["securityincidents/status"], verbs: ["update"] },
    ...LIST_RULES,
    { apiGroups: [CORE], resources: ["events"], verbs: ["create"] },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
    {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        resourceNames: [RESPONDER],
        verbs: ["get", "update"],
    },
];

/** What people need who answer for incidents: see them, and decide. The responder itself decides nothing for them. */
export const RESPONDERS_RULES: readonly PolicyRule[] = [
    { apiGroups: [INCIDENTS], resources: ["securityincidents"], verbs: ["get", "list", "watch", "patch"] },
];
