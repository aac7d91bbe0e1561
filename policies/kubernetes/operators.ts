import { BUILT_IN_CARRIERS, POD_CARRIERS, podCarrier } from "./kinds";
import type { KubeObject } from "./kube";
import type { Stack } from "./stack";
import { namespaceOf } from "./stack";

const BUILT_IN: ReadonlySet<string> = new Set(BUILT_IN_CARRIERS.map(({ group }) => group));

/** The groups of the custom kinds that make pods: what an operator of such a group makes is not all in its manifests. */
const OPERATED: ReadonlySet<string> = new Set(
    POD_CARRIERS.map(({ group }) => group).filter((group) => !BUILT_IN.has(group)),
);

/** Kinds of these groups that only say what is watched, and make no pod. */
const SETTINGS = new Set([
    "ServiceMonitor",
    "PodMonitor",
    "Probe",
    "ScrapeConfig",
    "PrometheusRule",
    "AlertmanagerConfig",
    "AppProject",
]);

/**
 * Says whether a namespace holds a custom resource of which an operator makes pods with labels of its own. What selects no
 * pod of the stack there may well select those, so it is not known to be a mistake.
 */
export function hasOperatedPods(stack: Stack, namespace: string): boolean {
    return stack.memo(operatedNamespaces).has(namespace);
}

function operatedNamespaces(stack: Stack): ReadonlySet<string> {
    return new Set(stack.objects.filter(isOperated).map(namespaceOf));
}

/** A kind that states its pods whole, as an Argo Rollout does, leaves no doubt which labels they have. */
function isOperated({ group, kind }: KubeObject): boolean {
    const places = podCarrier(group, kind)?.places ?? [];
    const stated = places.length > 0 && places.every(({ partial }) => partial !== true);
    return OPERATED.has(group) && !SETTINGS.has(kind) && !stated;
}
