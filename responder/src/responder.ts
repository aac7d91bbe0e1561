import { correlate } from "./analyze/correlate.js";
import type { Resolver } from "./analyze/resolve.js";
import type { ExecutorTools } from "./execute/executor.js";
import { Executor } from "./execute/executor.js";
import { IncidentBook } from "./knowledge/book.js";
import type { ResponderObserver } from "./knowledge/observer.js";
import type { IncidentStore } from "./knowledge/store.js";
import type { ActionRecord, Incident, SecurityEvent } from "./model.js";
import { compareSeverity, withAction, withTimeline } from "./model.js";
import { stoppedBy } from "./plan/guards.js";
import { plan } from "./plan/planner.js";
import type { ResponsePolicy } from "./plan/policy.js";
import { TRAITS } from "./plan/traits.js";

export interface ResponderOptions {
    readonly policy: () => ResponsePolicy;
    readonly resolver: Pick<Resolver, "subject" | "facts">;
    readonly store: IncidentStore;
    readonly tools: ExecutorTools;
    /** Namespaces that are protected whatever the policy says. */
    readonly builtIn: readonly string[];
    readonly observer?: ResponderObserver;
}

const UNFINISHED: ReadonlySet<ActionRecord["state"]> = new Set(["planned", "running", "undoing"]);
/** What time undoes; what couldn't be undone waits for a person. */
const DUE: ReadonlySet<ActionRecord["state"]> = new Set(["running", "done", "failed"]);
const UNDOABLE: ReadonlySet<ActionRecord["state"]> = new Set([...DUE, "undo-failed"]);

/**
 * The loop from event to action: `record` what comes in, `work` on what is new, and `tick` for what time and people bring. Calls of
 * `work` and `tick` follow each other, so that budgets and fractions are never counted twice at once; `record` may
 * come between.
 */
export class Responder {
    private readonly executor: Executor;
    /** Incidents that are to be planned. */
    private readonly pending = new Set<string>();

    private constructor(
        private readonly options: ResponderOptions,
        private readonly book: IncidentBook,
    ) {
        this.executor = new Executor(book, options.tools);
    }

    /** Reads what was saved; whatever had begun goes on with the first `work`. */
    static async start(options: ResponderOptions): Promise<Responder> {
        const responder = new Responder(options, await IncidentBook.open(options.store));
        for (const { name, actions, unplanned } of responder.incidents()) {
            if (unplanned || actions.some(({ state }) => UNFINISHED.has(state))) {
                responder.pending.add(name);
            }
        }
        return responder;
    }

    incidents(): readonly Incident[] {
        return this.book.all();
    }

    /** Whether `work` has something to do. */
    get busy(): boolean {
        return this.pending.size > 0;
    }

    /**
     * Puts events into incidents. Resolves once all of them are saved: only then may their senders be told so.
     *
     * @throws {ApiError} when they can't be saved: then they are to be sent again, and are known if they were saved after all
     */
    async record(events: readonly SecurityEvent[]): Promise<void> {
        const { policy, resolver, tools, observer } = this.options;
        const changed = new Set<string>();
        const counts = policy().rules.some(
            ({ match }) => match.minimumCount !== undefined || match.minimumConfidence !== undefined,
        );
        const subjects = await Promise.all(events.map(({ claim }) => resolver.subject(claim)));
        for (const [index, event] of events.entries()) {
            const subject = subjects[index] ?? { unresolved: [] };
            const { incident, effect } = correlate(this.book, event, subject, policy().window, tools.now());
            observer?.event(event, effect);
            // One that is known may not have been saved when it came before.
            changed.add(incident.name);
            // One more of the same may be the one that a rule waits for.
            const unplanned = effect === "new" || counts;
            if (effect !== "known") {
                this.book.put(unplanned ? { ...incident, unplanned } : incident);
                if (unplanned) {
                    this.pending.add(incident.name);
                }
            }
        }
        await Promise.all([...changed].map((name) => this.book.save(name)));
    }

    /** Plans and acts until nothing is pending; the worst incidents first. */
    async work(): Promise<void> {
        for (;;) {
            const next = [...this.pending]
                .map((name) => this.book.get(name))
                .filter((incident) => incident !== undefined)
                .sort((a, b) => compareSeverity(b.severity, a.severity) || a.detectedAt - b.detectedAt)[0];
            if (next === undefined) {
                this.pending.clear();
                return;
            }
            this.pending.delete(next.name);
            try {
                await this.respond(next.name);
            } catch (error) {
                this.pending.add(next.name);
                throw error;
            }
        }
    }

    /** What people have decided, what is due to be undone, what was blocked and may not be any more, and what is too old to keep. */
    async tick(): Promise<void> {
        const { policy, tools } = this.options;
        const now = tools.now();
        for (const name of await this.book.readDecisions()) {
            await this.decided(name);
        }
        for (const { name, actions, lastSeen } of this.book.all()) {
            for (const { id, state, undoAt, undo, confirmedBy } of actions) {
                const due = undo !== undefined && undoAt !== undefined && undoAt <= now;
                if (due && confirmedBy === undefined && DUE.has(state)) {
                    await this.undo(name, id, "nobody has confirmed it in time");
                }
            }
            const waits = actions.some(({ state }) => state === "blocked") && lastSeen >= now - policy().window;
            if (waits || actions.some(({ state }) => UNFINISHED.has(state))) {
                this.pending.add(name);
            }
            if (
                lastSeen < now - policy().retention &&
                !actions.some(({ state }) => UNFINISHED.has(state) || state === "done")
            ) {
                await this.book.remove(name);
            }
        }
        await this.work();
    }

    private async respond(name: string): Promise<void> {
        const { policy, builtIn, tools, resolver, observer } = this.options;
        const incident = this.book.get(name);
        if (incident === undefined) {
            return;
        }
        const subjects = await this.resolvedAgain(incident);
        const facts = await resolver.facts(subjects);
        const now = tools.now();
        const actions = plan({
            policy: policy(),
            builtIn,
            incident: { ...incident, subjects },
            facts,
            past: this.book.past(),
            now,
        });
        const fresh = actions.filter((action) => changedSince(incident, action));
        if (fresh.length > 0 || incident.unplanned) {
            this.book.update(name, (current) =>
                fresh.reduce((one, { type, state, reason }) => withTimeline(one, now, `${type} ${state}: ${reason}`), {
                    ...current,
                    actions,
                    unplanned: current.unplanned && current.eventIds.at(-1) !== incident.eventIds.at(-1),
                }),
            );
            await this.book.save(name);
            fresh.forEach((action) => observer?.decided(incident, action));
        }
        for (const { id, state } of actions) {
            if (state === "undoing") {
                await this.undo(name, id, "going on after an interruption");
            } else if (state === "planned" || state === "running") {
                await this.act(name, id);
            }
        }
    }

    /** Looks up once more what couldn't be looked up when the event came: the API server may have been away. */
    private async resolvedAgain({ name, subjects }: Incident): Promise<Incident["subjects"]> {
        if (subjects.every(({ unresolved }) => unresolved.length === 0)) {
            return subjects;
        }
        const looked = await Promise.all(
            subjects.map((subject) =>
                subject.unresolved.length === 0 ? subject : this.options.resolver.subject(subject),
            ),
        );
        this.book.update(name, (current) => ({
            ...current,
            subjects: [...looked, ...current.subjects.slice(looked.length)],
        }));
        return looked;
    }

    /** Does an action, unless a guard rail stops it now: things have moved on since it was planned. */
    private async act(name: string, id: string): Promise<void> {
        const incident = this.book.get(name);
        const record = incident?.actions.find((action) => action.id === id);
        if (incident === undefined || record === undefined) {
            return;
        }
        const stopped = record.state === "planned" ? await this.stopped(incident, record) : undefined;
        const after = stopped
            ? await this.change(name, { ...record, state: "blocked", ...stopped })
            : await this.executor.run(name, id);
        if (after !== undefined) {
            this.options.observer?.acted(this.book.get(name) ?? incident, after);
        }
    }

    private async stopped(
        incident: Incident,
        record: ActionRecord,
    ): Promise<{ readonly guard: string; readonly reason: string } | undefined> {
        const { policy, builtIn, tools, resolver } = this.options;
        if (!TRAITS[record.type].changes) {
            return undefined;
        }
        if (policy().mode === "observe") {
            return { guard: "mode", reason: "the mode has become observe" };
        }
        const [facts] = await resolver.facts([record.target]);
        if (facts === undefined) {
            return { guard: "resolved-target", reason: "nothing is known of the target" };
        }
        // Its own record is no precedent for itself.
        const past = this.book.past().filter(({ id }) => id !== `${incident.name} ${record.id}`);
        return stoppedBy({
            policy: policy(),
            builtIn,
            incident,
            type: record.type,
            target: record.target,
            facts,
            past,
            now: tools.now(),
        });
    }

    private async undo(name: string, id: string, why: string): Promise<void> {
        const after = await this.executor.undo(name, id, why);
        const incident = this.book.get(name);
        if (after !== undefined && incident !== undefined) {
            this.options.observer?.acted(incident, after);
        }
    }

    private async change(name: string, record: ActionRecord): Promise<ActionRecord> {
        this.book.update(name, (incident) =>
            withTimeline(
                withAction(incident, record),
                this.options.tools.now(),
                `${record.type} ${record.state}: ${record.reason}`,
            ),
        );
        await this.book.save(name);
        return record;
    }

    /** Carries out what people have decided since; each decision once, in their order. */
    private async decided(name: string): Promise<void> {
        for (let incident = this.book.get(name); incident !== undefined; incident = this.book.get(name)) {
            const { obeyed } = incident;
            const decision = incident.decisions.find(({ id }) => id === obeyed);
            if (decision === undefined) {
                return;
            }
            const { verdict, action: wanted, by } = decision;
            if (verdict === "acknowledge") {
                this.book.put(
                    withTimeline(
                        { ...incident, acknowledgedBy: by },
                        this.options.tools.now(),
                        `acknowledged by ${by}`,
                    ),
                );
            } else {
                for (const record of incident.actions.filter(({ id }) => wanted === undefined || id === wanted)) {
                    await this.obey(name, record, verdict, by);
                }
            }
            this.book.update(name, (current) => ({ ...current, obeyed: current.obeyed + 1 }));
            await this.book.save(name);
        }
    }

    private async obey(
        name: string,
        record: ActionRecord,
        verdict: "approve" | "undo" | "confirm",
        by: string,
    ): Promise<void> {
        switch (verdict) {
            case "approve":
                if (record.state === "proposed") {
                    const decidedAt = this.options.tools.now();
                    // Time counts from the approval, not from the proposal.
                    const undoAt = record.undoAt && decidedAt + record.undoAt - record.decidedAt;
                    const reason = `approved by ${by}`;
                    await this.change(name, { ...record, state: "planned", approvedBy: by, reason, decidedAt, undoAt });
                    this.pending.add(name);
                }
                return;
            case "confirm":
                if (record.confirmedBy === undefined && UNDOABLE.has(record.state)) {
                    await this.change(name, { ...record, confirmedBy: by });
                }
                return;
            case "undo":
                if (UNDOABLE.has(record.state)) {
                    await this.undo(name, record.id, `asked for by ${by}`);
                }
                return;
        }
    }
}

function changedSince(incident: Incident, action: ActionRecord): boolean {
    const before = incident.actions.find(({ id }) => id === action.id);
    return before === undefined || before.state !== action.state || before.reason !== action.reason;
}
