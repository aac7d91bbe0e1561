import type { Body, KubeObject } from "../kube";
import { isObj, list, obj, strings } from "../kube";
import { append } from "../selectors";
import type { Stack } from "../stack";
import { DEFAULT_NAMESPACE, namespaceOf } from "../stack";

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
            peersField,
            peers: list(obj(rule)[peersField]),
            ports: list(obj(rule)["ports"]),
        }));
    });
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
