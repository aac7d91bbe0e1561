import { LEADER_LEASE, WEBHOOK_CONFIGURATION } from "./config/controller-manager";
import { BUNDLE } from "./layout";
import type { SpireSettings } from "./model";

/** A rule of a Role or ClusterRole. */
export interface Rule {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
    readonly resourceNames?: string[];
}

/**
 * What a server may do in the whole cluster: have tokens reviewed, and look up the pod and node that a token names. The
 * API group of token reviews knows no verb but `create`.
 */
export const SERVER_CLUSTER_RULES: readonly Rule[] = [
    { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get"] },
];

/** What a server may do in its namespace: publish the bundle, and have certificates requested where cert-manager signs. */
export function serverRules({ server }: SpireSettings): readonly Rule[] {
    return [
        { apiGroups: [""], resources: ["configmaps"], resourceNames: [BUNDLE], verbs: ["get", "patch"] },
        ...(server.upstreamAuthority.type === "certManager"
            ? [
                  {
                      apiGroups: ["cert-manager.io"],
                      resources: ["certificaterequests"],
                      verbs: ["get", "list", "create", "delete"],
                  },
              ]
            : []),
    ];
}

const READ = ["get", "list", "watch"];

/** What the controller manager may do in the whole cluster: read pods and entries, and report on the entries. */
export function managerClusterRules({ controllerManager }: SpireSettings): readonly Rule[] {
    const kinds = ["clusterspiffeids", "clusterstaticentries", "clusterfederatedtrustdomains"];
    return [
        { apiGroups: [""], resources: ["namespaces", "nodes", "pods", "endpoints"], verbs: READ },
        { apiGroups: ["spire.spiffe.io"], resources: kinds, verbs: READ },
        {
            apiGroups: ["spire.spiffe.io"],
            resources: kinds.map((kind) => `${kind}/status`),
            verbs: ["get", "patch", "update"],
        },
        {
            apiGroups: ["spire.spiffe.io"],
            resources: kinds.map((kind) => `${kind}/finalizers`),
            verbs: ["update"],
        },
        ...(controllerManager.validation === "webhook"
            ? [
                  {
                      apiGroups: ["admissionregistration.k8s.io"],
                      resources: ["validatingwebhookconfigurations"],
                      resourceNames: [WEBHOOK_CONFIGURATION],
                      verbs: ["get", "patch"],
                  },
                  {
                      // List and watch can't be narrowed to a name.
                      apiGroups: ["admissionregistration.k8s.io"],
                      resources: ["validatingwebhookconfigurations"],
                      verbs: ["list", "watch"],
                  },
              ]
            : []),
    ];
}

/** What the managers of several servers need to choose a leader. A Lease can only be created without its name being checked. */
export const MANAGER_RULES: readonly Rule[] = [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
    {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        resourceNames: [LEADER_LEASE],
        verbs: ["get", "update", "patch"],
    },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/**
 * What an agent may do: ask the kubelet of its node for the pods. `nodes/pods` is enough where the kubelet authorises
 * finely (KEP-2862, on by default since 1.33); the older `nodes/proxy` would also let it run commands in any pod.
 */
export const AGENT_CLUSTER_RULES: readonly Rule[] = [{ apiGroups: [""], resources: ["nodes/pods"], verbs: ["get"] }];
