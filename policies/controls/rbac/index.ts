import type { Control } from "../../engine/control";
import { awsNodeHasOwnRole } from "./aws-node-has-own-role";
import { namespacesHaveServiceAccounts } from "./namespaces-have-service-accounts";
import { noAnonymousBindings } from "./no-anonymous-bindings";
import { noBindOrEscalate } from "./no-bind-or-escalate";
import { noBroadDeletion } from "./no-broad-deletion";
import { noCatchAllAggregation } from "./no-catch-all-aggregation";
import { noClusterAdminBindings } from "./no-cluster-admin-bindings";
import { noConfigmapWrites } from "./no-configmap-writes";
import { noCsrApproval } from "./no-csr-approval";
import { noDefaultAccountBindings } from "./no-default-account-bindings";
import { noDefaultServiceAccount } from "./no-default-service-account";
import { noDeprecatedServiceAccountField } from "./no-deprecated-service-account-field";
import { noEndpointWrites } from "./no-endpoint-writes";
import { noEventOrLogDeletion } from "./no-event-or-log-deletion";
import { noImpersonation } from "./no-impersonation";
import { noLoadBalancerStatusWrites } from "./no-load-balancer-status-writes";
import { noLongLivedTokens } from "./no-long-lived-tokens";
import { noNetworkWrites } from "./no-network-writes";
import { noNodeProxy } from "./no-node-proxy";
import { noPersistentVolumeCreation } from "./no-persistent-volume-creation";
import { noPodExec } from "./no-pod-exec";
import { noPortForward } from "./no-port-forward";
import { noPrivilegedServiceAccounts } from "./no-privileged-service-accounts";
import { noRbacManagement } from "./no-rbac-management";
import { noRbacWildcards } from "./no-rbac-wildcards";
import { noSecretRead } from "./no-secret-read";
import { noSecretWrite } from "./no-secret-write";
import { noSelfProvisioners } from "./no-self-provisioners";
import { noSystemGroupBindings } from "./no-system-group-bindings";
import { noSystemMastersRequests } from "./no-system-masters-requests";
import { noTokenAutomount } from "./no-token-automount";
import { noTokenCreation } from "./no-token-creation";
import { noWebhookControl } from "./no-webhook-control";
import { noWorkloadCreation } from "./no-workload-creation";
import { projectedTokensBounded } from "./projected-tokens-bounded";
import { serviceAccountExists } from "./service-account-exists";
import { serviceAccountsKeepTokens } from "./service-accounts-keep-tokens";

/** What subjects may do, in reading order. */
export const rbacControls: readonly Control[] = [
    noClusterAdminBindings,
    noRbacWildcards,
    noCatchAllAggregation,
    noSecretRead,
    noSecretWrite,
    noBindOrEscalate,
    noRbacManagement,
    noImpersonation,
    noWorkloadCreation,
    noPodExec,
    noPortForward,
    noNodeProxy,
    noTokenCreation,
    noCsrApproval,
    noSystemMastersRequests,
    noWebhookControl,
    noPersistentVolumeCreation,
    noConfigmapWrites,
    noEndpointWrites,
    noNetworkWrites,
    noLoadBalancerStatusWrites,
    noBroadDeletion,
    noEventOrLogDeletion,
    noAnonymousBindings,
    noSystemGroupBindings,
    noDefaultAccountBindings,
    noSelfProvisioners,
    noTokenAutomount,
    serviceAccountsKeepTokens,
    noLongLivedTokens,
    projectedTokensBounded,
    noDefaultServiceAccount,
    noDeprecatedServiceAccountField,
    serviceAccountExists,
    namespacesHaveServiceAccounts,
    noPrivilegedServiceAccounts,
    awsNodeHasOwnRole,
];
