import type { Control } from "../../engine/control";
import { mutationsAddNoPrivilege } from "./mutations-add-no-privilege";
import { fairnessKept } from "./fairness-kept";
import { aggregatedApisVerified } from "./aggregated-apis-verified";
import { admissionPoliciesDeny } from "./admission-policies-deny";
import { admissionWebhooksReviewed } from "./admission-webhooks-reviewed";
import { apiServerAdmits } from "./api-server-admits";
import { apiServerAdmitsWithCare } from "./api-server-admits-with-care";
import { apiServerAuthenticates } from "./api-server-authenticates";
import { apiServerAuthorizes } from "./api-server-authorizes";
import { apiServerBoundsRequests } from "./api-server-bounds-requests";
import { apiServerConfigurationSound } from "./api-server-configuration-sound";
import { apiServerHasAuditPolicy } from "./api-server-has-audit-policy";
import { apiServerSpeaksTls } from "./api-server-speaks-tls";
import { apiServerWritesAuditLog } from "./api-server-writes-audit-log";
import { auditPolicyCoversWhatMatters } from "./audit-policy-covers-what-matters";
import { auditPolicyRecordsExec } from "./audit-policy-records-exec";
import { controllerManagerHardened } from "./controller-manager-hardened";
import { encryptionConfigurationUsesAStore } from "./encryption-configuration-uses-a-store";
import { etcdSpeaksTls } from "./etcd-speaks-tls";
import { kubeletAuthenticates } from "./kubelet-authenticates";
import { kubeletHardened } from "./kubelet-hardened";
import { kubeletStatesItsDefaults } from "./kubelet-states-its-defaults";
import { kubernetesIsSupported } from "./kubernetes-is-supported";
import { noKnownVulnerableComponents } from "./no-known-vulnerable-components";
import { noKubernetesDashboard } from "./no-kubernetes-dashboard";
import { noLaxPodSecurityPolicies } from "./no-lax-pod-security-policies";
import { noRetiredComponents } from "./no-retired-components";
import { noSysctlInjection } from "./no-sysctl-injection";
import { noTiller } from "./no-tiller";
import { nodeFilesProtected } from "./node-files-protected";
import { proxyHardened } from "./proxy-hardened";
import { schedulerHardened } from "./scheduler-hardened";
import { secretsEncryptedAtRest } from "./secrets-encrypted-at-rest";
import { serviceMonitorsFindServices } from "./service-monitors-find-services";
import { strongCiphersOnly } from "./strong-ciphers-only";

/** What is logged, and the control plane's own flags, in reading order. */
export const auditControls: readonly Control[] = [
    apiServerWritesAuditLog,
    apiServerHasAuditPolicy,
    auditPolicyCoversWhatMatters,
    auditPolicyRecordsExec,
    serviceMonitorsFindServices,
    apiServerAuthenticates,
    apiServerAuthorizes,
    apiServerAdmits,
    apiServerAdmitsWithCare,
    apiServerConfigurationSound,
    apiServerSpeaksTls,
    apiServerBoundsRequests,
    secretsEncryptedAtRest,
    encryptionConfigurationUsesAStore,
    controllerManagerHardened,
    schedulerHardened,
    etcdSpeaksTls,
    kubeletAuthenticates,
    kubeletHardened,
    kubeletStatesItsDefaults,
    proxyHardened,
    nodeFilesProtected,
    strongCiphersOnly,
    admissionWebhooksReviewed,
    admissionPoliciesDeny,
    noLaxPodSecurityPolicies,
    noTiller,
    noKubernetesDashboard,
    noKnownVulnerableComponents,
    kubernetesIsSupported,
    noRetiredComponents,
    noSysctlInjection,
    aggregatedApisVerified,
    fairnessKept,
    mutationsAddNoPrivilege,
];
