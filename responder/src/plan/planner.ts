import type { ActionRecord, Incident, Signal, Subject, Target } from "../model.js";
import { compareSeverity, LIMITS, signalKey } from "../model.js";
import type { Facts, PastAction } from "./guards.js";
import { stoppedBy, withinWorkingHours } from "./guards.js";
import type { PolicyAction, PolicyRule, ResponsePolicy } from "./policy.js";
import { TRAITS } from "./traits.js";

/** Everything a decision depends on. The same input gives the same plan: no clock, no randomness, no calls. */
export interface PlanInput {
    readonly policy: ResponsePolicy;
    /** Namespaces that are protected whatever the policy says. */
    readonly builtIn: readonly string[];
    readonly incident: Incident;
    /** What is known of each subject, in their order. */
    readonly facts: readonly Facts[];
    /** Actions of all incidents, this one included. */
    readonly past: readonly PastAction[];
    /** Milliseconds since 1970. */
    readonly now: number;
}

/**
 * Whether a signal is one that the rule is about, for one of the incident's subjects: other pods of its workload may have shown it,
 * and it itself nothing or less often.
 */
export function ruleMatches(
    { match }: PolicyRule,
    { confidence }: Pick<Incident, "confidence">,
    signal: Signal,
    { namespace, seen }: Pick<Subject, "namespace" | "seen">,
): boolean {
    const count = seen === undefined ? signal.count : (seen[signalKey(signal)] ?? 0);
    return (
        (match.namespaces?.includes(namespace ?? "") ?? true) &&
        (match.sources?.includes(signal.source) ?? true) &&
        (match.rules?.includes(signal.rule) ?? true) &&
        (match.tags?.some((tag) => signal.tags.includes(tag)) ?? true) &&
        (match.minimumSeverity === undefined || compareSeverity(signal.severity, match.minimumSeverity) >= 0) &&
        confidence >= (match.minimumConfidence ?? 0) &&
        count >= (match.minimumCount ?? 1)
    );
}

function meets(rule: PolicyRule, incident: Incident, subject: Subject): boolean {
    return incident.signals.some((signal) => ruleMatches(rule, incident, signal, subject));
}

/** Which rules the subjects of an incident meet by now, as text to compare: while it stays the same, planning again would change nothing. */
export function matchingRules({ rules }: ResponsePolicy, incident: Incident): string {
    const met = rules.flatMap((rule) =>
        incident.subjects.flatMap((subject, index) => (meets(rule, incident, subject) ? [[rule.name, index]] : [])),
    );
    return JSON.stringify(met);
}

/**
 * The actions of an incident as they should be now: those that have begun or wait for a person stay as they are, the others
 * are decided anew.
 */
export function plan(input: PlanInput): readonly ActionRecord[] {
    const { policy, incident } = input;
    const records = new Map(incident.actions.map((record) => [record.id, record]));
    const past = [...input.past];
    for (const rule of policy.rules) {
        for (const [index, subject] of incident.subjects.entries()) {
            if (!meets(rule, incident, subject)) {
                continue;
            }
            for (const step of rule.actions) {
                const target = targetOf(step, subject);
                const id = actionId(step.type, target);
                const before = records.get(id);
                if (before !== undefined && before.state !== "blocked" && before.state !== "observed") {
                    continue;
                }
                if (before === undefined && records.size >= LIMITS.actions) {
                    continue;
                }
                const facts = input.facts[index];
                const decided = facts && decide({ ...input, past }, { rule, step, target, id, facts });
                if (decided !== undefined) {
                    records.set(id, decided);
                    if (decided.state === "planned") {
                        past.push({
                            id: `${incident.name} ${id}`,
                            type: step.type,
                            target,
                            startedAt: input.now,
                            inForce: true,
                        });
                    }
                }
            }
        }
    }
    return [...records.values()];
}

function decide(
    input: PlanInput,
    candidate: {
        readonly rule: PolicyRule;
        readonly step: PolicyAction;
        readonly target: Target;
        readonly id: string;
        readonly facts: Facts;
    },
): ActionRecord {
    const { policy, now } = input;
    const { rule, step, target, id, facts } = candidate;
    const record = {
        id,
        type: step.type,
        target,
        rule: rule.name,
        decidedAt: now,
        attempts: 0,
        ...(TRAITS[step.type].undoable && { undoAt: now + (step.undoAfter ?? policy.guards.undoAfter) }),
    };
    const stopped = stoppedBy({ ...input, type: step.type, target, facts });
    if (stopped !== undefined) {
        return { ...record, state: "blocked", ...stopped };
    }
    if (!TRAITS[step.type].changes) {
        return { ...record, state: "planned", reason: rule.explanation };
    }
    switch (policy.mode) {
        case "observe":
            return { ...record, state: "observed", reason: "the mode is observe" };
        case "propose":
            return { ...record, state: "proposed", reason: "the mode is propose", guard: "mode" };
        case "act": {
            const wanted = approvalWanted(policy, step, now);
            return wanted === undefined
                ? { ...record, state: "planned", reason: rule.explanation }
                : { ...record, state: "proposed", reason: wanted, guard: "approval" };
        }
    }
}

/** Why a person has to say yes, if one has to. */
function approvalWanted(policy: ResponsePolicy, step: PolicyAction, now: number): string | undefined {
    if (step.approval === "required") {
        return "the rule asks for an approval";
    }
    if (!TRAITS[step.type].destructive) {
        return undefined;
    }
    if (policy.guards.destructive === "approval") {
        return "it can't be undone or hits more than a pod";
    }
    return withinWorkingHours(policy.guards.workingHours, now)
        ? undefined
        : "it can't be undone or hits more than a pod, and it is outside working hours";
}

function targetOf(step: PolicyAction, subject: Subject): Target {
    const { namespace, pod, uid, node, workload, spiffeId } = subject;
    return {
        ...(namespace !== undefined && { namespace }),
        ...(pod !== undefined && { pod }),
        ...(uid !== undefined && { uid }),
        ...(node !== undefined && { node }),
        ...(workload !== undefined && { workload }),
        ...(spiffeId !== undefined && { spiffeId }),
        ...(step.secret !== undefined && { secret: step.secret }),
        ...(step.type === "revoke-identity" && { scope: step.scope ?? "pod" }),
    };
}

/** The same for the same action on the same target, whichever rule asks for it. */
export function actionId(type: ActionRecord["type"], target: Target): string {
    const pod = target.uid ?? `${target.namespace ?? ""}/${target.pod ?? ""}`;
    const { workload } = target;
    const on = {
        pod,
        workload: workload === undefined ? pod : `${workload.kind}/${workload.namespace}/${workload.name}`,
        node: target.node ?? "unknown",
        identity: target.scope === "identity" ? (target.spiffeId ?? "unknown") : pod,
        secret: `${target.namespace ?? ""}/${target.secret ?? ""}`,
        cluster: "cluster",
        none: "incident",
    }[TRAITS[type].scope];
    return `${type}:${on}`;
}
