import type { EdgeFamily } from "../../edge";
import { approveCertificates } from "./approve-certificates";
import { bindClusterRoles } from "./bind-cluster-roles";
import { bindRoles } from "./bind-roles";
import { bindingSubjects } from "./binding-subjects";
import { changePods } from "./change-pods";
import { changeWorkloads } from "./change-workloads";
import { convertResources } from "./convert-resources";
import { createWorkloads } from "./create-workloads";
import { debugPods } from "./debug-pods";
import { escalateClusterRoles } from "./escalate-cluster-roles";
import { escalateRoles } from "./escalate-roles";
import { everyRightFamily } from "./every-right";
import { forwardPorts } from "./forward-ports";
import { hostVolumes } from "./host-volumes";
import { impersonateAccounts } from "./impersonate-accounts";
import { impersonateGroups } from "./impersonate-groups";
import { impersonateUsers } from "./impersonate-users";
import { impersonateAccountsWithin, impersonateUsersWithin } from "./impersonate-within";
import { kubeletApi } from "./kubelet-api";
import { mapCloudUsers } from "./map-cloud-users";
import { mintTokens } from "./mint-tokens";
import { mutateAdmission } from "./mutate-admission";
import { openNamespaces } from "./open-namespaces";
import { operatorObjects } from "./operator-objects";
import { operatorWorkloads } from "./operator-workloads";
import { readSecrets } from "./read-secrets";
import { readStores } from "./read-stores";
import { registerIdentities } from "./register-identities";
import { runCommands } from "./run-commands";
import { tokenSecret } from "./token-secret";
import { watchAdmission } from "./watch-admission";

/** What rights of the API are worth, and last who has them: a binding that is worth nothing is left out. */
export const RBAC_FAMILIES: readonly EdgeFamily[] = [
    everyRightFamily,
    readSecrets,
    readStores,
    createWorkloads,
    changeWorkloads,
    changePods,
    runCommands,
    debugPods,
    forwardPorts,
    kubeletApi,
    mintTokens,
    tokenSecret,
    impersonateAccounts,
    impersonateUsers,
    impersonateGroups,
    impersonateAccountsWithin,
    impersonateUsersWithin,
    bindClusterRoles,
    bindRoles,
    escalateClusterRoles,
    escalateRoles,
    approveCertificates,
    openNamespaces,
    hostVolumes,
    mutateAdmission,
    watchAdmission,
    convertResources,
    registerIdentities,
    operatorWorkloads,
    operatorObjects,
    mapCloudUsers,
    bindingSubjects,
];
