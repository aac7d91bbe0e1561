import type { Control } from "../../engine/control";
import { defaultNamespaceUnused } from "./default-namespace-unused";
import { limitRangesAreComplete } from "./limit-ranges-are-complete";
import { namespacesHaveOwners } from "./namespaces-have-owners";
import { namespacesHaveQuotas } from "./namespaces-have-quotas";
import { noPrivilegedPodSecurity } from "./no-privileged-pod-security";
import { podSecurityEnforced } from "./pod-security-enforced";
import { quotasBoundCompute } from "./quotas-bound-compute";
import { systemNamespacesUnused } from "./system-namespaces-unused";

/** How namespaces are set up, in reading order. */
export const namespacesControls: readonly Control[] = [
    podSecurityEnforced,
    noPrivilegedPodSecurity,
    defaultNamespaceUnused,
    systemNamespacesUnused,
    namespacesHaveQuotas,
    quotasBoundCompute,
    limitRangesAreComplete,
    namespacesHaveOwners,
];
