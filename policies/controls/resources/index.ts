import type { Control } from "../../engine/control";
import { priorityClassesBounded } from "./priority-classes-bounded";
import { autoscalerSound } from "./autoscaler-sound";
import { claimsNameTheirStorage } from "./claims-name-their-storage";
import { cpuLimitsSet } from "./cpu-limits-set";
import { cpuRequestsSet } from "./cpu-requests-set";
import { customResourcesMatchTheirDefinition } from "./custom-resources-match-their-definition";
import { disruptionBudgetPresent } from "./disruption-budget-present";
import { disruptionBudgetSound } from "./disruption-budget-sound";
import { disruptionBudgetSparesTheHealthy } from "./disruption-budget-spares-the-healthy";
import { dnsSearchBounded } from "./dns-search-bounded";
import { ephemeralStorageLimited } from "./ephemeral-storage-limited";
import { fieldsMatchTheApi } from "./fields-match-the-api";
import { jobsBounded } from "./jobs-bounded";
import { kindsAreServed } from "./kinds-are-served";
import { livenessProbeSet } from "./liveness-probe-set";
import { memoryLimitsSet } from "./memory-limits-set";
import { memoryRequestEqualsLimit } from "./memory-request-equals-limit";
import { memoryRequestsSet } from "./memory-requests-set";
import { namesAndLabelsValid } from "./names-and-labels-valid";
import { noDuplicateVariables } from "./no-duplicate-variables";
import { noRemovedApis } from "./no-removed-apis";
import { oneScalerPerWorkload } from "./one-scaler-per-workload";
import { priorityClassSet } from "./priority-class-set";
import { probesSound } from "./probes-sound";
import { readinessProbeSet } from "./readiness-probe-set";
import { referencesExist } from "./references-exist";
import { replicasSpread } from "./replicas-spread";
import { requestsAndLimitsSet } from "./requests-and-limits-set";
import { requiredLabelsSet } from "./required-labels-set";
import { rollingUpdates } from "./rolling-updates";
import { selectorMatchesTemplate } from "./selector-matches-template";
import { servicesResolve } from "./services-resolve";
import { severalReplicas } from "./several-replicas";
import { statefulSetsHaveTheirService } from "./stateful-sets-have-their-service";

/** Resources, probes, replicas and what keeps a workload up, in reading order. */
export const resourcesControls: readonly Control[] = [
    cpuRequestsSet,
    cpuLimitsSet,
    memoryRequestsSet,
    memoryLimitsSet,
    requestsAndLimitsSet,
    memoryRequestEqualsLimit,
    ephemeralStorageLimited,
    livenessProbeSet,
    readinessProbeSet,
    probesSound,
    severalReplicas,
    disruptionBudgetPresent,
    disruptionBudgetSound,
    disruptionBudgetSparesTheHealthy,
    autoscalerSound,
    oneScalerPerWorkload,
    replicasSpread,
    rollingUpdates,
    priorityClassSet,
    jobsBounded,
    selectorMatchesTemplate,
    servicesResolve,
    referencesExist,
    statefulSetsHaveTheirService,
    requiredLabelsSet,
    noRemovedApis,
    kindsAreServed,
    fieldsMatchTheApi,
    namesAndLabelsValid,
    customResourcesMatchTheirDefinition,
    noDuplicateVariables,
    dnsSearchBounded,
    claimsNameTheirStorage,
    priorityClassesBounded,
];
