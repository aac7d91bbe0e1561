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
    return isolatedDirections(stack, pod).size > 0;
}

/**
 * The directions that network policies of any supported kind isolate a pod in.
 *
 * @throws UnknownValueError where one is missing and a policy of the namespace is unknown in preview.
 */
export function isolatedDirections(stack: Stack, pod: PodView): ReadonlySet<Direction> {
    const { pods, unknown } = stack.memo(findIsolation);
    const doubt = unknown.get(namespaceOf(pod.object)) ?? unknown.get(EVERYWHERE);
    const directions = pods.get(pod) ?? NONE;
    if (directions.size < DIRECTIONS.length && doubt !== undefined) {
        throw doubt;
    }
    return directions;
}

const NONE: ReadonlySet<Direction> = new Set();

/** Stands for all namespaces, where a policy is cluster-wide. */
const EVERYWHERE = "*";

interface Isolation {
    readonly pods: ReadonlyMap<PodView, ReadonlySet<Direction>>;
    readonly unknown: ReadonlyMap<string, UnknownValue>;
}

function findIsolation(stack: Stack): Isolation {
    const pods = new Map<PodView, Set<Direction>>();
    const unknown = new Map<string, UnknownValue>();
    const seen = new Map<readonly PodView[], Set<Direction>>();
    for (const object of stack.objects) {
        try {
            for (const { selected, directions } of selections(stack, object)) {
                // Many policies with one broad selector cost no more than one.
                const known = seen.get(selected) ?? new Set();
                const fresh = directions.filter((direction) => !known.has(direction));
                for (const pod of fresh.length === 0 ? [] : selected) {
                    pods.set(pod, new Set([...(pods.get(pod) ?? []), ...fresh]));
                }
                seen.set(selected, new Set([...known, ...fresh]));
            }
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

/** Pods that a policy selects, and the directions it isolates them in. */
interface Selection {
    readonly selected: readonly PodView[];
    readonly directions: readonly Direction[];
}

function selections(stack: Stack, object: KubeObject): readonly Selection[] {
    if (!POLICY_GROUPS.has(object.group) || !object.kind.endsWith("NetworkPolicy")) {
        return [];
    }
    const spec = obj(object.body["spec"]);
    const where = CLUSTER_WIDE.has(object.kind) ? namespacesOf(stack) : [object.namespace];
    if (isNetworkPolicy(object)) {
        const selected = stack.select(object.namespace, isObj(spec["podSelector"]) ? spec["podSelector"] : {});
        return [{ selected, directions: [...policyOf(object).directions] }];
    }
    switch (`${object.group}/${object.kind}`) {
        case "cilium.io/CiliumNetworkPolicy":
        case "cilium.io/CiliumClusterwideNetworkPolicy":
            return ciliumSpecs(object).flatMap((one) =>
                where.map((namespace) => ({
                    selected: stack.select(namespace, ciliumSelector(one)),
                    directions: ciliumDirections(one),
                })),
            );
        case "crd.projectcalico.org/NetworkPolicy":
        case "projectcalico.org/NetworkPolicy":
        case "crd.projectcalico.org/GlobalNetworkPolicy":
        case "projectcalico.org/GlobalNetworkPolicy":
            return where.map((namespace) => ({
                selected: stack.select(namespace, calicoSelector(str(spec["selector"]))),
                directions: calicoDirections(spec),
            }));
        default:
            return [];
    }
}

/** A direction is isolated by its first rule, even an empty one, unless enableDefaultDeny says no (Cilium, "Policy Enforcement Modes"). */
export function ciliumDirections(spec: Body): readonly Direction[] {
    return DIRECTIONS.filter((direction) => {
        const field = direction === "Ingress" ? "ingress" : "egress";
        return (
            list(spec[field]).length + list(spec[`${field}Deny`]).length > 0 &&
            obj(spec["enableDefaultDeny"])[field] !== false
        );
    });
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

/**
 * The directions that a policy of Calico isolates its endpoints in. Without `types`: egress where it has only egress rules,
 * both where it has both, else ingress (Calico, NetworkPolicy resource, "types").
 */
export function calicoDirections(spec: Body): readonly Direction[] {
    const types = strings(spec["types"]);
    if (types.length > 0) {
        return DIRECTIONS.filter((direction) => types.includes(direction));
    }
    const [ingress, egress] = [list(spec["ingress"]).length > 0, list(spec["egress"]).length > 0];
    return DIRECTIONS.filter((direction) => (direction === "Ingress" ? ingress || !egress : egress));
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
