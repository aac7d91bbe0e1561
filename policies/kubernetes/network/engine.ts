import type { KubeObject } from "../kube";
import { append } from "../selectors";
import type { Stack } from "../stack";
import { namespaceOf } from "../stack";
import { ifKnown, isUnknownValueError } from "../unknown";
import type { AdminPolicy } from "./admin";
import { isAdminPolicy, readAdminPolicy } from "./admin";
import type { CalicoPolicy, Tier } from "./calico";
import {
    DEFAULT_TIER,
    isCalicoPolicy,
    isNetworkSet,
    NETWORK_POLICY_ORDER,
    readCalicoPolicy,
    readTiers,
    TIER_ORDERS,
} from "./calico";
import { isCiliumPolicy, readCiliumPolicy } from "./cilium";
import { readNetworkPolicy } from "./kubernetes";
import type { Match } from "./match";
import { both, some } from "./match";
import type { End } from "./outcomes";
import { ALLOW, DENY, NEXT } from "./outcomes";
import type { PodParty } from "./parties";
import type { OrderedPolicy, Policy, Rule } from "./policies";
import type { Direction } from "./policy";
import { isNetworkPolicy } from "./policy";

/** A rule of a policy that is, or may be, about a pod. */
export interface Selected {
    readonly rule: Rule;
    readonly match: Match;
    readonly object: KubeObject;
}

/** Rules about one pod in one direction, before the other end is known. Groups as in `outcomes.ts`. */
export interface RuleLayer {
    readonly groups: readonly (readonly (readonly Selected[])[])[];
    readonly end: End;
}

/** A policy together with whether it is about a pod. */
interface Found<P extends Policy = Policy> {
    readonly policy: P;
    readonly match: Match;
}

/** Policies by namespace, those of the whole cluster, and which of them can't be read in preview. */
class Shelf<P extends Policy> {
    private readonly own = new Map<string, P[]>();
    private readonly cluster: P[] = [];
    private readonly unread = new Map<string, Error>();

    constructor(objects: readonly KubeObject[], read: (object: KubeObject) => readonly P[]) {
        for (const object of objects) {
            const place = CLUSTER_WIDE.has(object.kind) ? undefined : namespaceOf(object);
            try {
                const policies = read(object);
                policies.forEach((policy) =>
                    place === undefined ? this.cluster.push(policy) : append(this.own, place, policy),
                );
            } catch (error) {
                if (!isUnknownValueError(error)) {
                    throw error;
                }
                this.unread.set(place ?? "", error);
            }
        }
    }

    public find(pod: PodParty): readonly Found<P>[] {
        return [...this.cluster, ...(this.own.get(pod.namespace) ?? [])]
            .map((policy) => ({ policy, match: ifKnown(() => policy.selects(pod)) ?? "maybe" }))
            .filter(({ match }) => match !== "no");
    }

    public doubt(pod: PodParty): Error | undefined {
        return this.unread.get(pod.namespace) ?? this.unread.get("");
    }
}

const CLUSTER_WIDE = new Set([
    "CiliumClusterwideNetworkPolicy",
    "GlobalNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "ClusterNetworkPolicy",
]);

/** Who enforces the policies of a cluster: what each makes of them, layer by layer, for one pod and one direction. */
export abstract class Engine {
    protected readonly standard: Shelf<Policy>;
    private readonly admin: Shelf<AdminPolicy>;
    private readonly known = new WeakMap<PodParty, Map<Direction, readonly RuleLayer[]>>();

    constructor(stack: Stack) {
        this.standard = new Shelf(ofKinds(stack, isNetworkPolicy), (object) => [readNetworkPolicy(object)]);
        this.admin = new Shelf(ofKinds(stack, isAdminPolicy), (object) => [readAdminPolicy(object)]);
    }

    /** The engines that a stack's policies are written for. Without any of a kind of their own that is the API's meaning. */
    public static of(stack: Stack): readonly Engine[] {
        const own = [
            ...(stack.objects.some(isCiliumPolicy) ? [new CiliumEngine(stack)] : []),
            ...(stack.objects.some(isCalicoPolicy) ? [new CalicoEngine(stack)] : []),
        ];
        return own.length === 0 ? [new StandardEngine(stack)] : own;
    }

    /** The layers of rules that traffic to or from a pod goes through, first to last. */
    public layers(pod: PodParty, direction: Direction): readonly RuleLayer[] {
        const known = this.known.get(pod) ?? new Map<Direction, readonly RuleLayer[]>();
        this.known.set(pod, known);
        let layers = known.get(direction);
        if (layers === undefined) {
            const doubted = this.doubt(pod) === undefined ? [] : [ANYTHING];
            layers = [...doubted, ...this.build(pod, direction)];
            known.set(direction, layers);
        }
        return layers;
    }

    /** Says whether what no rule decides is denied. */
    public isolation(pod: PodParty, direction: Direction): Match {
        return some(this.layers(pod, direction), ({ end: { outcomes } }) =>
            outcomes === DENY ? "yes" : (outcomes & DENY) !== 0 ? "maybe" : "no",
        );
    }

    public doubt(pod: PodParty): Error | undefined {
        return this.standard.doubt(pod) ?? this.admin.doubt(pod);
    }

    protected abstract build(pod: PodParty, direction: Direction): readonly RuleLayer[];

    /** Policies of administrators come before the others, or after them; policies of one priority have no order. */
    protected adminLayer(pod: PodParty, direction: Direction, tier: "admin" | "baseline"): RuleLayer {
        const found = this.admin.find(pod).filter(({ policy }) => policy.tier === tier);
        return { groups: inOrder(found, direction), end: { outcomes: NEXT, by: [] } };
    }
}

/** A policy that can't be read may do anything. */
const ANYTHING: RuleLayer = { groups: [], end: { outcomes: ALLOW | DENY | NEXT, by: [] } };

function ofKinds(stack: Stack, isOne: (object: KubeObject) => boolean): readonly KubeObject[] {
    return stack.objects.filter((object) => !object.patch && isOne(object));
}

/** The meaning of the API's own kinds, as the reference implementation has it. */
class StandardEngine extends Engine {
    protected build(pod: PodParty, direction: Direction): readonly RuleLayer[] {
        const found = this.standard.find(pod);
        return [
            this.adminLayer(pod, direction, "admin"),
            { groups: [[rulesOf(found, direction)]], end: standardEnd(found, direction) },
            this.adminLayer(pod, direction, "baseline"),
        ];
    }
}

/**
 * Isolated pods are denied what no rule allows. Baseline policies are for pods that no NetworkPolicy selects, so one for the
 * other direction opens this one.
 */
function standardEnd(found: readonly Found[], direction: Direction): End {
    const isolating = found.filter(({ policy }) => isolates(policy, direction));
    const others = found.filter(({ policy }) => !isolates(policy, direction));
    const isolated = some(isolating, ({ match }) => match);
    const selected = some(found, ({ match }) => match);
    const outcomes =
        isolated === "yes"
            ? DENY
            : (isolated === "maybe" ? DENY : 0) | (others.length > 0 ? ALLOW : 0) | (selected === "yes" ? 0 : NEXT);
    return { outcomes: outcomes === 0 ? NEXT : outcomes, by: refs(isolating) };
}

/** Cilium adds NetworkPolicies and its own up; a rule that denies comes before all that allow. */
class CiliumEngine extends Engine {
    private readonly own: Shelf<Policy>;

    constructor(stack: Stack) {
        super(stack);
        this.own = new Shelf(ofKinds(stack, isCiliumPolicy), readCiliumPolicy);
    }

    public override doubt(pod: PodParty): Error | undefined {
        return super.doubt(pod) ?? this.own.doubt(pod);
    }

    protected build(pod: PodParty, direction: Direction): readonly RuleLayer[] {
        const found = [...this.standard.find(pod), ...this.own.find(pod)];
        const rules = rulesOf(found, direction);
        const denying = rules.filter(({ rule }) => rule.action === "deny");
        const allowing = rules.filter(({ rule }) => rule.action !== "deny");
        return [
            this.adminLayer(pod, direction, "admin"),
            { groups: [[denying], [allowing]], end: isolationEnd(found, direction, DENY) },
            this.adminLayer(pod, direction, "baseline"),
        ];
    }
}

/** Calico goes through tiers of policies; NetworkPolicies are in one of them. */
class CalicoEngine extends Engine {
    private readonly own: Shelf<CalicoPolicy>;
    private readonly tiers: ReadonlyMap<string, Tier>;

    constructor(stack: Stack) {
        super(stack);
        const sets = stack.objects.filter(isNetworkSet);
        this.own = new Shelf(ofKinds(stack, isCalicoPolicy), (object) => {
            const policy = readCalicoPolicy(object, sets);
            return policy === undefined ? [] : [policy];
        });
        this.tiers = readTiers(stack.objects);
    }

    public override doubt(pod: PodParty): Error | undefined {
        return super.doubt(pod) ?? this.own.doubt(pod);
    }

    protected build(pod: PodParty, direction: Direction): readonly RuleLayer[] {
        const found = this.own.find(pod);
        const names = new Set([...this.tiers.keys(), ...found.map(({ policy }) => policy.tier)]);
        const own = [...names].map((name) => ({
            order: this.tiers.get(name)?.order ?? -Infinity,
            layer: this.tierLayer(
                name,
                found.filter(({ policy }) => policy.tier === name),
                name === DEFAULT_TIER ? this.standard.find(pod) : [],
                direction,
            ),
        }));
        return [
            { order: TIER_ORDERS.admin, layer: this.adminLayer(pod, direction, "admin") },
            ...own,
            { order: TIER_ORDERS.baseline, layer: this.adminLayer(pod, direction, "baseline") },
        ]
            .sort((one, other) => (one.order === other.order ? 0 : one.order < other.order ? -1 : 1))
            .map(({ layer }) => layer);
    }

    private tierLayer(
        name: string,
        own: readonly Found<CalicoPolicy>[],
        standard: readonly Found[],
        direction: Direction,
    ): RuleLayer {
        const tier = this.tiers.get(name);
        // Where a tier that is not in the stack stands can't be told, so neither can whether it is reached.
        const found = tier === undefined ? own.map((one) => ({ ...one, match: both(one.match, "maybe") })) : own;
        const rules = rulesOf(standard, direction);
        const before = found.filter(({ policy }) => policy.order < NETWORK_POLICY_ORDER);
        const beside = found.filter(({ policy }) => policy.order === NETWORK_POLICY_ORDER);
        const behind = found.filter(({ policy }) => policy.order > NETWORK_POLICY_ORDER);
        return {
            groups: [
                ...inOrder(before, direction),
                [...inOrder(beside, direction).flat(), ...(rules.length === 0 ? [] : [rules])],
                ...inOrder(behind, direction),
            ],
            end: isolationEnd([...found, ...standard], direction, tier?.passes === true ? NEXT : DENY),
        };
    }
}

/** What becomes of traffic that no rule decides, where policies that isolate deny it or hand it on. */
function isolationEnd(found: readonly Found[], direction: Direction, denied: number): End {
    const isolating = found.filter(({ policy }) => isolates(policy, direction));
    const isolated = some(isolating, ({ match }) => match);
    return {
        outcomes: isolated === "yes" ? denied : isolated === "maybe" ? denied | NEXT : NEXT,
        by: denied === NEXT ? [] : refs(isolating),
    };
}

function isolates(policy: Policy, direction: Direction): boolean {
    return ifKnown(() => policy.isolates(direction)) ?? true;
}

function refs(found: readonly Found[]): End["by"] {
    return found.map(({ policy: { object } }) => ({ object, path: `${object.prefix}spec` }));
}

function rulesOf(found: readonly Found[], direction: Direction): readonly Selected[] {
    return found.flatMap(({ policy, match }) =>
        (ifKnown(() => policy.rules(direction)) ?? []).map((rule) => ({ rule, match, object: policy.object })),
    );
}

/** Policies in the order that they name; those of one order together. */
function inOrder(found: readonly Found<OrderedPolicy>[], direction: Direction): RuleLayer["groups"] {
    const groups = Map.groupBy(found, ({ policy }) => policy.order);
    return [...groups]
        .sort(([one], [other]) => (one === other ? 0 : one < other ? -1 : 1))
        .map(([, group]) => group.map((one) => rulesOf([one], direction)));
}
