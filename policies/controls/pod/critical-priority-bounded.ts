import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { append } from "../../kubernetes/selectors";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

/** The classes that every cluster brings along, above all that anybody can make. */
const CRITICAL: readonly string[] = ["system-cluster-critical", "system-node-critical"];

/** What a quota may bound so that pods of a class can't take a whole cluster. */
const BOUNDS: readonly string[] = ["pods", "count/pods", "cpu", "memory", "requests.cpu", "requests.memory"];

/** The critical classes that the quotas of each namespace bound. Built once per stack. */
function bounded(stack: Stack): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const quota of stack.ofKind("ResourceQuota")) {
        for (const name of ifKnown(() => classesOf(quota)) ?? []) {
            append(found, namespaceOf(quota), name);
        }
    }
    return found;
}

/** The critical classes whose pods count for a quota: all where it has no scope, otherwise those that its scope names. */
function classesOf(quota: KubeObject): readonly string[] {
    const { hard, scopes, scopeSelector } = obj(quota.body["spec"]);
    if (!BOUNDS.some((name) => Object.hasOwn(obj(hard), name)) || list(scopes).length > 0) {
        return [];
    }
    const expressions = list(obj(scopeSelector)["matchExpressions"]).map(obj);
    return expressions.length === 0
        ? CRITICAL
        : expressions
              .filter(({ scopeName, operator }) => scopeName === "PriorityClass" && operator === "In")
              .flatMap(({ values }) => strings(values));
}

function* faultsOf(stack: Stack, pod: PodView): Iterable<StackFault> {
    const name = str(pod.spec["priorityClassName"]);
    const namespace = namespaceOf(pod.object);
    const isBounded = stack.memo(bounded).get(namespace)?.includes(name) === true;
    if (CRITICAL.includes(name) && namespace !== "kube-system" && !isBounded) {
        const path = `${pod.prefix}priorityClassName`;
        yield {
            object: pod.object,
            path,
            message: `${path} is "${name}", which drives other pods off their nodes, and no quota of namespace "${namespace}" bounds them. Name a class of your own, or add a quota.`,
        };
    }
}

export const criticalPriorityBounded = stackControl({
    name: "critical-priority-bounded",
    description:
        "Outside kube-system a pod takes a critical priority class only where a quota of its namespace bounds such pods.",
    why: "Such pods drive all others off a full node, so whoever may start them can stop whatever runs there.",
    severity: "medium",
    // The quota may come from whoever runs the cluster, in another stack.
    enforcement: "advisory",
    covers: ["rel.priority-class"],
    frameworks: [...mitre("T1499"), ...nist("SC-5", "SC-6"), ...soc2("A1.1")],
    remediation: "Name a priority class of your own, or bound the namespace's pods by a ResourceQuota.",
    profiles: ["x0tta6bl4"],
    admission: {
        none: "The quota is another object, and the API server can itself keep these classes to namespaces with one.",
    },
    *check(stack, { each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            (pod) => faultsOf(stack, pod),
        );
    },
});
