import type { Control } from "../../engine/control";
import { argoProjectsBounded } from "./argo-projects-bounded";
import { awsNodeHasOwnRole } from "./aws-node-has-own-role";
import { namespacesHaveServiceAccounts } from "./namespaces-have-service-accounts";
import { noAnonymousBindings } from "./no-anonymous-bindings";
import { noApiExtension } from "./no-api-extension";
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
import { noIdentityRegistration } from "./no-identity-registration";
import { noImpersonation } from "./no-impersonation";
import { noLoadBalancerStatusWrites } from "./no-load-balancer-status-writes";
import { noLongLivedTokens } from "./no-long-lived-tokens";
import { noNamespaceChanges } from "./no-namespace-changes";
import { noNetworkWrites } from "./no-network-writes";
import { noNodeChanges } from "./no-node-changes";
import { noNodeProxy } from "./no-node-proxy";
import { noOperatorWorkloads } from "./no-operator-workloads";
import { noPersistentVolumeCreation } from "./no-persistent-volume-creation";
import { noPodExec } from "./no-pod-exec";
import { noPodStatusWrites } from "./no-pod-status-writes";
import { noPortForward } from "./no-port-forward";
import { noPowerfulBindings } from "./no-powerful-bindings";
import { noPrivilegedServiceAccounts } from "./no-privileged-service-accounts";
import { noProxyAccess } from "./no-proxy-access";
import { noRbacManagement } from "./no-rbac-management";
import { noRbacWildcards } from "./no-rbac-wildcards";
import { noSecretRead } from "./no-secret-read";
import { noSecretStoreAccess } from "./no-secret-store-access";
import { noSecretWrite } from "./no-secret-write";
import { noSecurityContextUse } from "./no-security-context-use";
import { noSelfProvisioners } from "./no-self-provisioners";
import { noSystemGroupBindings } from "./no-system-group-bindings";
import { noSystemMastersRequests } from "./no-system-masters-requests";
import { noTokenAutomount } from "./no-token-automount";
import { noTokenCreation } from "./no-token-creation";
import { noUnboundedUrls } from "./no-unbounded-urls";
import { noClusterDefaultsWrites } from "./no-cluster-defaults-writes";
import { noBoundChanges } from "./no-bound-changes";
import { noNodeInternalsRead } from "./no-node-internals-read";
import { noUnaskedNodeCertificates } from "./no-unasked-node-certificates";
import { noWebhookControl } from "./no-webhook-control";
import { noWorkloadCreation } from "./no-workload-creation";
import { projectedTokensBounded } from "./projected-tokens-bounded";
import { serviceAccountExists } from "./service-account-exists";
import { serviceAccountsKeepTokens } from "./service-accounts-keep-tokens";

/** What subjects may do, in reading order. */
export const rbacControls: readonly Control[] = [
    noClusterAdminBindings,
    noPowerfulBindings,
    noRbacWildcards,
    noUnboundedUrls,
    noCatchAllAggregation,
    noSecretRead,
    noSecretWrite,
    noSecretStoreAccess,
    noBindOrEscalate,
    noRbacManagement,
    noImpersonation,
    noWorkloadCreation,
    noOperatorWorkloads,
    noPodExec,
    noPortForward,
    noProxyAccess,
    noNodeProxy,
    noNodeChanges,
    noPodStatusWrites,
    noTokenCreation,
    noCsrApproval,
    noIdentityRegistration,
    noSystemMastersRequests,
    noClusterDefaultsWrites,
    noBoundChanges,
    noNodeInternalsRead,
    noUnaskedNodeCertificates,
    noWebhookControl,
    noApiExtension,
    noNamespaceChanges,
    noPersistentVolumeCreation,
    noSecurityContextUse,
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
    argoProjectsBounded,
];
