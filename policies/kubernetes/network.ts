import type { Body, KubeObject } from "./kube";
import { isObj, list, obj, str, strings } from "./kube";
import type { PodView } from "./pods";
import { append } from "./selectors";
import type { Stack } from "./stack";
import { DEFAULT_NAMESPACE, namespaceOf } from "./stack";
import type { UnknownValue } from "./unknown";
import { isUnknownValueError } from "./unknown";

export type Direction = "Ingress" | "Egress";

export const DIRECTIONS: readonly Direction[] = ["Ingress", "Egress"];

/** A NetworkPolicy of the Kubernetes API, read once. */
export interface PolicyView {
    readonly object: KubeObject;
    readonly spec: Body;
    /** The directions it isolates its pods in. */
    readonly directions: ReadonlySet<Direction>;
    /** It selects every pod of its namespace. */
    readonly selectsAll: boolean;
}

/** One allow rule of a NetworkPolicy. */
export interface AllowRule {
    /** E.g. `spec.ingress[0]`. */
    readonly path: string;
    readonly direction: Direction;
    readonly peersField: "from" | "to";
    /** Absent where the rule names no peers at all, which allows every one. */
    readonly peers: readonly unknown[];
    readonly ports: readonly unknown[];
}

/** Says whether a label selector names anything. An absent one counts as empty: that is how a policy's podSelector reads. */
export function isEmptySelector(selector: unknown): boolean {
    return (
        Object.keys(obj(obj(selector)["matchLabels"])).length === 0 &&
        list(obj(selector)["matchExpressions"]).length === 0
    );
}

/** NetworkPolicy of the Kubernetes API, in any of its groups. */
export const NETWORK_POLICY_KINDS = ["networking.k8s.io/NetworkPolicy", "extensions/NetworkPolicy"];

/** Says whether an object is a NetworkPolicy of the Kubernetes API; Calico has a kind of that name too. */
export function isNetworkPolicy(object: KubeObject): boolean {
    return NETWORK_POLICY_KINDS.includes(`${object.group}/${object.kind}`);
}

/** Reads a NetworkPolicy. Without policyTypes it isolates ingress, and egress only where it has egress rules (API reference). */
export function policyOf(object: KubeObject): PolicyView {
    const spec = obj(object.body["spec"]);
    const types = strings(spec["policyTypes"]);
    const directions =
        types.length > 0
            ? DIRECTIONS.filter((direction) => types.includes(direction))
            : DIRECTIONS.filter((direction) => direction === "Ingress" || list(spec["egress"]).length > 0);
    return { object, spec, directions: new Set(directions), selectsAll: isEmptySelector(spec["podSelector"]) };
}

/** The allow rules of a NetworkPolicy, those of a direction it does not isolate left out: they have no effect. */
export function allowRules(policy: PolicyView): readonly AllowRule[] {
    return DIRECTIONS.filter((direction) => policy.directions.has(direction)).flatMap((direction) => {
        const field = direction === "Ingress" ? "ingress" : "egress";
        const peersField = direction === "Ingress" ? "from" : "to";
        return list(policy.spec[field]).map((rule, index) => ({
            path: `${policy.object.prefix}spec.${field}[${index}]`,
            direction,
            peersField: peersField as "from" | "to",
            peers: list(obj(rule)[peersField]),
            ports: list(obj(rule)["ports"]),
        }));
    });
}

/** Says whether a rule allows every peer on every port. */
export function allowsEverything(rule: AllowRule): boolean {
    return rule.peers.length === 0 && rule.ports.length === 0;
}

/**
 * The NetworkPolicies of a namespace.
 *
 * @throws UnknownValueError where one of them is unknown in preview: what holds in the namespace can't be told then.
 */
export function policiesIn(stack: Stack, namespace: string): readonly PolicyView[] {
    return (stack.memo(policyIndex).get(namespace || DEFAULT_NAMESPACE) ?? []).map((read) => read());
}

function policyIndex(stack: Stack): ReadonlyMap<string, readonly (() => PolicyView)[]> {
    const found = new Map<string, (() => PolicyView)[]>();
    for (const object of stack.ofKind("NetworkPolicy")) {
        if (isNetworkPolicy(object) && !object.patch) {
            let view: PolicyView | undefined;
            append(found, namespaceOf(object), () => (view ??= policyOf(object)));
        }
    }
    return found;
}

/**
 * Says whether a network policy of any supported kind selects a pod: the Kubernetes API's, Cilium's or Calico's.
 *
 * @throws UnknownValueError where none does and a policy of the namespace is unknown in preview.
 */
export function isIsolated(stack: Stack, pod: PodView): boolean {
    const { pods, unknown } = stack.memo(findIsolation);
    const doubt = unknown.get(namespaceOf(pod.object)) ?? unknown.get(EVERYWHERE);
    if (!pods.has(pod) && doubt !== undefined) {
        throw doubt;
    }
    return pods.has(pod);
}

/** Stands for all namespaces, where a policy is cluster-wide. */
const EVERYWHERE = "*";

function findIsolation(stack: Stack): { pods: ReadonlySet<PodView>; unknown: ReadonlyMap<string, UnknownValue> } {
    const pods = new Set<PodView>();
    const unknown = new Map<string, UnknownValue>();
    const seen = new Set<readonly PodView[]>();
    for (const object of stack.objects) {
        try {
            const selected = selectedPods(stack, object);
            for (const pod of seen.has(selected) ? [] : selected) {
                pods.add(pod);
            }
            seen.add(selected);
        } catch (error) {
            if (!isUnknownValueError(error)) {
                throw error;
            }
            unknown.set(CLUSTER_WIDE.has(object.kind) ? EVERYWHERE : namespaceOf(object), error);
        }
    }
    return { pods, unknown };
}

const CLUSTER_WIDE = new Set(["CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"]);

const POLICY_GROUPS = new Set([
    "networking.k8s.io",
    "extensions",
    "cilium.io",
    "crd.projectcalico.org",
    "projectcalico.org",
]);

function selectedPods(stack: Stack, object: KubeObject): readonly PodView[] {
    if (!POLICY_GROUPS.has(object.group) || !object.kind.endsWith("NetworkPolicy")) {
        return [];
    }
    const spec = obj(object.body["spec"]);
    if (isNetworkPolicy(object)) {
        return stack.select(object.namespace, isObj(spec["podSelector"]) ? spec["podSelector"] : {});
    }
    switch (`${object.group}/${object.kind}`) {
        case "cilium.io/CiliumNetworkPolicy":
            return ciliumSpecs(object).flatMap((one) => stack.select(object.namespace, ciliumSelector(one)));
        case "cilium.io/CiliumClusterwideNetworkPolicy":
            return ciliumSpecs(object).flatMap((one) =>
                namespacesOf(stack).flatMap((namespace) => stack.select(namespace, ciliumSelector(one))),
            );
        case "crd.projectcalico.org/NetworkPolicy":
        case "projectcalico.org/NetworkPolicy":
            return stack.select(object.namespace, calicoSelector(str(spec["selector"])));
        case "crd.projectcalico.org/GlobalNetworkPolicy":
        case "projectcalico.org/GlobalNetworkPolicy":
            return namespacesOf(stack).flatMap((namespace) =>
                stack.select(namespace, calicoSelector(str(spec["selector"]))),
            );
        default:
            return [];
    }
}

/** A Cilium policy holds one rule in `spec`, several in `specs`, or both. */
export function ciliumSpecs(object: KubeObject): readonly Body[] {
    const one = object.body["spec"];
    return [...(isObj(one) ? [one] : []), ...list(object.body["specs"]).filter(isObj)];
}

/** Cilium prefixes label keys with their source, `k8s:` or `any:`; without one it is `any`. */
function ciliumSelector(spec: Body): unknown {
    const selector = spec["endpointSelector"];
    if (!isObj(selector)) {
        return undefined;
    }
    const bare = (key: string): string => key.replace(/^(?:k8s|any):/, "");
    return {
        matchLabels: Object.fromEntries(
            Object.entries(obj(selector["matchLabels"])).map(([key, value]) => [bare(key), value]),
        ),
        matchExpressions: list(selector["matchExpressions"]).map((expression) => ({
            ...obj(expression),
            key: bare(str(obj(expression)["key"])),
        })),
    };
}

/** Calico's selector language, as far as equality and `has` joined by `&&` go; anything richer selects nothing here. */
function calicoSelector(text: string): unknown {
    const terms = text.trim() === "" || text.trim() === "all()" ? [] : text.split("&&");
    const expressions = terms.map((term) => {
        const equal = /^\s*([\w./-]+)\s*==\s*["']([^"']*)["']\s*$/.exec(term);
        const has = /^\s*has\(([\w./-]+)\)\s*$/.exec(term);
        return equal !== null
            ? { key: equal[1], operator: "In", values: [equal[2]] }
            : { key: has?.[1] ?? "", operator: has === null ? "Unsupported" : "Exists" };
    });
    return { matchExpressions: expressions };
}

function namespacesOf(stack: Stack): readonly string[] {
    return stack.memo(findNamespaces);
}

function findNamespaces(stack: Stack): readonly string[] {
    return [...new Set(stack.pods().map((pod) => namespaceOf(pod.object)))];
}
