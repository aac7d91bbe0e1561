import type { EdgeFamily } from "../edge";
import { cloudRole } from "./cloud-role";
import { controlPlaneKeys } from "./control-plane-keys";
import { dangerousCapability } from "./dangerous-capability";
import { exposedService } from "./exposed-service";
import { gitopsSource } from "./gitops-source";
import { groupMembership } from "./group-membership";
import { hostPathRead } from "./host-path-read";
import { hostPathWrite } from "./host-path-write";
import { hostPort } from "./host-port";
import { hostProcesses } from "./host-processes";
import { logSymlink } from "./log-symlink";
import { members } from "./members";
import { mountedSecret } from "./mounted-secret";
import { mountedToken } from "./mounted-token";
import { networkReach } from "./network-reach";
import { nodePods } from "./node-pods";
import { ownPods } from "./own-pods";
import { privilegedContainer } from "./privileged-container";
import { publishedRoute } from "./published-route";
import { RBAC_FAMILIES } from "./rbac";
import { runtimeSocket } from "./runtime-socket";
import { secretProvider } from "./secret-provider";
import { secretStore } from "./secret-store";
import { secretToken } from "./secret-token";
import { serviceBackend } from "./service-backend";
import { spireTrust } from "./spire-trust";
import { unmaskedProc } from "./unmasked-proc";
import { vaultAgent } from "./vault-agent";
import { windowsHostProcess } from "./windows-host-process";
import { workloadApi } from "./workload-api";

/**
 * Every family of edges, in the order in which they are found. The last join what the others have named: groups their members, and
 * what stands for all things of a kind each of them.
 */
export const EDGE_FAMILIES: readonly EdgeFamily[] = [
    exposedService,
    publishedRoute,
    serviceBackend,
    hostPort,
    privilegedContainer,
    dangerousCapability,
    hostProcesses,
    unmaskedProc,
    windowsHostProcess,
    runtimeSocket,
    hostPathWrite,
    hostPathRead,
    logSymlink,
    mountedToken,
    mountedSecret,
    secretToken,
    cloudRole,
    secretStore,
    secretProvider,
    vaultAgent,
    workloadApi,
    spireTrust,
    gitopsSource,
    ...RBAC_FAMILIES,
    ownPods,
    nodePods,
    controlPlaneKeys,
    groupMembership,
    members,
];

/** These, and what is found only where whatever a lost pod reaches by the network is taken to be lost. */
export const ALL_FAMILIES: readonly EdgeFamily[] = [...EDGE_FAMILIES, networkReach];
