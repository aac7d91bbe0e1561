import type { ActionType, Incident, Target, WorkloadRef } from "../model.js";
import type { ResponsePolicy } from "./policy.js";
import { TRAITS } from "./traits.js";

/** What is known about a target at the moment of the decision. */
export interface Facts {
    /** Pods its workload wants, and how many of them are ready. Absent where the pod has no workload or it can't be read. */
    readonly replicas?: { readonly desired: number; readonly ready: number };
    /** The target's pod is one of the ready ones. */
    readonly targetReady: boolean;
    readonly nodes: {
        readonly total: number;
        /** Names of those that are cordoned or whose agent is banned. */
        readonly out: readonly string[];
    };
}

/** An action that has begun, of any incident. */
export interface PastAction {
    /** The incident's name and the action's ID. */
    readonly id: string;
    readonly type: ActionType;
    readonly target: Target;
    /** Milliseconds since 1970. */
    readonly startedAt: number;
    /** Still holds: neither undone nor over. */
    readonly inForce: boolean;
}

/** What a guard rail judges. */
export interface GuardContext {
    readonly policy: ResponsePolicy;
    /** Namespaces that are protected whatever the policy says. */
    readonly builtIn: readonly string[];
    readonly incident: Pick<Incident, "subjects">;
    readonly type: ActionType;
    readonly target: Target;
    readonly facts: Facts;
    readonly past: readonly PastAction[];
    /** Milliseconds since 1970. */
    readonly now: number;
}

/** A limit that no rule can widen. @returns why the action must not be done, or undefined */
export interface Guard {
    readonly name: string;
    readonly explanation: string;
    readonly stops: (context: GuardContext) => string | undefined;
}

const HOUR = 3_600_000;

/** Kinds of action that take a pod out of its workload. */
const TAKES_A_POD: ReadonlySet<ActionType> = new Set(["isolate", "terminate"]);
/** Kinds of action that take a node out. */
const TAKES_A_NODE: ReadonlySet<ActionType> = new Set(["cordon", "ban-agent"]);

function sameWorkload(a: WorkloadRef | undefined, b: WorkloadRef | undefined): boolean {
    return a !== undefined && b !== undefined && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

function text({ kind, namespace, name }: WorkloadRef): string {
    return `${kind} ${namespace}/${name}`;
}

/** The whole workload loses its identity, or all pods of a node theirs. */
function hitsEveryReplica({ type, target }: GuardContext): boolean {
    return type === "revoke-identity" && target.scope === "identity";
}

function takesPods(context: GuardContext): boolean {
    return TAKES_A_POD.has(context.type) || (context.type === "revoke-identity" && !hitsEveryReplica(context));
}

/** Pods of the workload that are out already by actions in force. */
function podsOut({ past, target }: GuardContext): number {
    const pods = past
        .filter(({ type, inForce }) => inForce && (TAKES_A_POD.has(type) || type === "revoke-identity"))
        .filter((one) => sameWorkload(one.target.workload, target.workload) && one.target.uid !== target.uid)
        .map((one) => one.target.uid);
    return new Set(pods).size;
}

/** In the order in which they are asked; the first that stops is named. */
export const GUARDS: readonly Guard[] = [
    {
        name: "kill-switch",
        explanation: "With killSwitch: true nothing is changed any more. Undoing goes on.",
        stops: ({ policy }) => (policy.killSwitch ? "the kill switch is on" : undefined),
    },
    {
        name: "resolved-target",
        explanation: "Nothing is done to a target that the API server doesn't confirm.",
        stops: ({ type, target }) => {
            switch (TRAITS[type].scope) {
                case "pod":
                    return target.uid === undefined ? "the pod could not be looked up" : undefined;
                case "workload":
                    return target.workload === undefined ? "the workload could not be looked up" : undefined;
                case "node":
                    return target.node === undefined ? "the node is not known" : undefined;
                case "identity":
                    return target.spiffeId === undefined || target.uid === undefined
                        ? "the SPIFFE ID of the pod could not be worked out"
                        : undefined;
                case "secret":
                    return target.namespace === undefined || target.secret === undefined
                        ? "the namespace of the secret is not known"
                        : undefined;
                case "cluster":
                case "none":
                    return undefined;
            }
        },
    },
    {
        name: "protected-namespace",
        explanation:
            "kube-system, the namespaces of SPIRE and of the responder, and those the policy names are left alone.",
        stops: ({ type, target, policy, builtIn }) => {
            const { namespace } = target;
            const listed =
                namespace !== undefined && [...builtIn, ...policy.guards.protectedNamespaces].includes(namespace);
            return listed && TRAITS[type].scope !== "node" ? `namespace ${namespace} is protected` : undefined;
        },
    },
    {
        name: "protected-workload",
        explanation: "Workloads that the policy names are left alone.",
        stops: ({ type, target, policy }) => {
            const listed = policy.guards.protectedWorkloads.find((one) => sameWorkload(one, target.workload));
            return listed !== undefined && TRAITS[type].scope !== "node" ? `${text(listed)} is protected` : undefined;
        },
    },
    {
        name: "last-ready-replica",
        explanation: "The last ready replica of a workload is not taken, unless the policy names the workload.",
        stops: (context) => {
            const { policy, target, facts } = context;
            const everybody = hitsEveryReplica(context);
            if (
                !(everybody || takesPods(context)) ||
                policy.guards.mayLoseLastReplica.some((one) => sameWorkload(one, target.workload))
            ) {
                return undefined;
            }
            if (facts.replicas === undefined || target.workload === undefined) {
                return "it has no workload that would replace it, so it is the last of its kind";
            }
            const left = everybody ? 0 : facts.replicas.ready - (facts.targetReady ? 1 : 0);
            return left < 1 ? `no ready replica of ${text(target.workload)} would be left` : undefined;
        },
    },
    {
        name: "workload-fraction",
        explanation: "Only a part of a workload is out at a time.",
        stops: (context) => {
            const { policy, target, facts } = context;
            if (
                !(hitsEveryReplica(context) || takesPods(context)) ||
                policy.guards.mayLoseLastReplica.some((one) => sameWorkload(one, target.workload))
            ) {
                return undefined;
            }
            const desired = facts.replicas?.desired ?? 0;
            const out = hitsEveryReplica(context) ? desired : podsOut(context) + 1;
            // One pod of a workload that has more is always within the fraction: otherwise nothing small could be contained.
            const allowed = Math.max(1, Math.floor(desired * policy.guards.workloadFraction));
            return policy.guards.workloadFraction === 0 || out > allowed
                ? `${out} of ${desired} pods would be out, and ${policy.guards.workloadFraction === 0 ? 0 : allowed} may be`
                : undefined;
        },
    },
    {
        name: "node-fraction",
        explanation: "Only a part of the nodes is out at a time.",
        stops: ({ type, target, policy, facts }) => {
            if (!TAKES_A_NODE.has(type)) {
                return undefined;
            }
            const out = new Set([...facts.nodes.out, target.node]).size;
            const allowed = Math.floor(facts.nodes.total * policy.guards.nodeFraction);
            return out > allowed
                ? `${out} of ${facts.nodes.total} nodes would be out, and ${allowed} may be`
                : undefined;
        },
    },
    {
        name: "cool-down",
        explanation: "One kind of action is not repeated on one workload, node or secret within the cool-down.",
        stops: ({ type, target, policy, past, now }) => {
            const recent = past.find(
                (one) =>
                    one.type === type &&
                    one.startedAt > now - policy.guards.coolDown &&
                    coolDownKey(one.type, one.target) === coolDownKey(type, target),
            );
            return recent === undefined
                ? undefined
                : `${type} was done to ${coolDownKey(type, target)} at ${new Date(recent.startedAt).toISOString()}`;
        },
    },
    {
        name: "actions-per-hour",
        explanation: "A budget of actions that change something, of all incidents together.",
        stops: ({ policy, past, now }) => {
            const done = past.filter(({ type, startedAt }) => TRAITS[type].changes && startedAt > now - HOUR).length;
            return done >= policy.guards.actionsPerHour
                ? `${done} actions were done within an hour, and ${policy.guards.actionsPerHour} may be`
                : undefined;
        },
    },
];

/** What the cool-down goes by: the workload where there is one, so that one pod after the other isn't taken. */
export function coolDownKey(type: ActionType, target: Target): string {
    switch (TRAITS[type].scope) {
        case "node":
            return `node ${target.node ?? "unknown"}`;
        case "secret":
            return `ExternalSecret ${target.namespace ?? "unknown"}/${target.secret ?? "unknown"}`;
        case "cluster":
        case "none":
            return "the cluster";
        case "pod":
        case "workload":
        case "identity":
            return target.workload === undefined
                ? `pod ${target.namespace ?? "unknown"}/${target.pod ?? "unknown"}`
                : text(target.workload);
    }
}

/** The first guard rail that stops the action. What changes nothing is never stopped. */
export function stoppedBy(context: GuardContext): { readonly guard: string; readonly reason: string } | undefined {
    if (!TRAITS[context.type].changes) {
        const unresolved = GUARDS.find(({ name }) => name === "resolved-target")?.stops(context);
        return unresolved === undefined ? undefined : { guard: "resolved-target", reason: unresolved };
    }
    for (const guard of GUARDS) {
        const reason = guard.stops(context);
        if (reason !== undefined) {
            return { guard: guard.name, reason };
        }
    }
    return undefined;
}

/** Whether a moment lies within working hours. */
export function withinWorkingHours(hours: ResponsePolicy["guards"]["workingHours"], now: number): boolean {
    if (hours === undefined) {
        return false;
    }
    const parts = Object.fromEntries(
        new Intl.DateTimeFormat("en-GB", {
            timeZone: hours.timeZone,
            weekday: "short",
            hour: "2-digit",
            minute: "2-digit",
            hourCycle: "h23",
        })
            .formatToParts(now)
            .map(({ type, value }) => [type, value]),
    );
    const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts["weekday"] ?? "") + 1;
    const time = `${parts["hour"] ?? ""}:${parts["minute"] ?? ""}`;
    return hours.days.includes(day) && time >= hours.from && time < hours.to;
}
