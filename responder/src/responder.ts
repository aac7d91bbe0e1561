import { Agenda } from "./agenda.js";
import { correlate } from "./analyze/correlate.js";
import type { Resolver } from "./analyze/resolve.js";
import type { ExecutorTools } from "./execute/executor.js";
import { Executor } from "./execute/executor.js";
import { IncidentBook } from "./knowledge/book.js";
import type { ResponderObserver } from "./knowledge/observer.js";
import { PacedSaves } from "./knowledge/paced-saves.js";
import type { IncidentStore } from "./knowledge/store.js";
import type { ActionRecord, Incident, SecurityEvent, Subject } from "./model.js";
import { withAction, withTimeline } from "./model.js";
import { stoppedBy } from "./plan/guards.js";
import { matchingRules, plan } from "./plan/planner.js";
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
    /** Time that recording an incident takes out of the pace, see {@link PacedSaves}; 0 when not given. */
    readonly msPerSave?: number;
}

/** Time between two looks at the evidence for what is older than the retention. */
const EXPIRY_MS = 3_600_000;

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
    /** Told when an event has brought something to do. */
    onWork: (() => void) | undefined;
    private readonly executor: Executor;
    private readonly agenda: Agenda;
    private readonly saves: PacedSaves;
    /** When evidence was last looked through for what is too old, in milliseconds since 1970. */
    private expiredAt = 0;

    private constructor(
        private readonly options: ResponderOptions,
        private readonly book: IncidentBook,
    ) {
        this.executor = new Executor(book, options.tools);
        this.agenda = new Agenda((name) => book.get(name));
        this.saves = new PacedSaves((name) => book.save(name), options.msPerSave ?? 0);
    }

    /** Reads what was saved; whatever had begun goes on with the first `work`. */
    static async start(options: ResponderOptions): Promise<Responder> {
        const responder = new Responder(options, await IncidentBook.open(options.store));
        for (const { name, actions, unplanned } of responder.incidents()) {
            if (unplanned || actions.some(({ state }) => UNFINISHED.has(state))) {
                responder.agenda.plan(name);
            }
        }
        return responder;
    }

    incidents(): readonly Incident[] {
        return this.book.all();
    }

    /** Whether `work` has something to do. */
    get busy(): boolean {
        return !this.agenda.empty;
    }

    /**
     * Puts events into incidents. From then on `work` sees them; it resolves once all of them are saved: only then may their senders be told so.
     *
     * @throws {ApiError} when they can't be saved: then they are to be sent again, and are known if they were saved after all
     */
    async record(events: readonly SecurityEvent[]): Promise<void> {
        const { resolver } = this.options;
        await Promise.all(
            events.map(async (event) => this.saves.save(this.take(event, await resolver.subject(event.claim)))),
        );
    }

    /**
     * Plans and acts, a turn at a time, the worst incidents first, until nothing is to be done.
     *
     * @param goOn asked before each turn; what is left waits for the next call
     */
    async work(goOn: () => boolean = () => true): Promise<void> {
        while (goOn()) {
            const turn = this.agenda.next();
            if (turn === undefined) {
                return;
            }
            try {
                await (turn.action === undefined ? this.respond(turn.name) : this.goOn(turn.name, turn.action));
            } catch (error) {
                this.agenda.planAgain(turn.name);
                throw error;
            }
        }
    }

    /**
     * What people have decided, what is due to be undone, what was blocked and may not be any more, and what is too old to keep; then `work`.
     *
     * @param goOn see `work`
     */
    async tick(goOn?: () => boolean): Promise<void> {
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
                this.agenda.planAgain(name);
            }
            if (
                lastSeen < now - policy().retention &&
                !actions.some(({ state }) => UNFINISHED.has(state) || state === "done")
            ) {
                await this.book.remove(name);
                this.agenda.forget(name);
            }
        }
        if (this.expiredAt <= now - EXPIRY_MS) {
            this.expiredAt = now;
            await tools.evidence.expire(now - policy().retention);
        }
        await this.work(goOn);
    }

    /** Puts an event into its incident. @returns the incident's name */
    private take(event: SecurityEvent, subject: Subject): string {
        const { policy, tools, observer } = this.options;
        const { incident, effect } = correlate(this.book, event, subject, policy().window, tools.now());
        observer?.event(event, effect);
        if (effect !== "known") {
            const before = this.book.get(incident.name);
            // One more of the same may be the one that a rule waits for.
            const unplanned =
                effect === "new" ||
                before === undefined ||
                matchingRules(policy(), incident) !== matchingRules(policy(), before);
            this.book.put(unplanned ? { ...incident, unplanned } : incident);
            if (unplanned) {
                this.agenda.plan(incident.name);
                this.onWork?.();
            }
        }
        // One that is known may not have been saved when it came before.
        return incident.name;
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
        const unfinished = actions.filter(({ state }) => UNFINISHED.has(state));
        this.agenda.act(
            name,
            unfinished.map(({ id }) => id),
        );
    }

    /** The next step of an action that isn't finished. */
    private async goOn(name: string, id: string): Promise<void> {
        const state = this.book.get(name)?.actions.find((action) => action.id === id)?.state;
        if (state === "undoing") {
            await this.undo(name, id, "going on after an interruption");
        } else if (state === "planned" || state === "running") {
            await this.act(name, id);
        }
    }

    /** Looks up once more what couldn't be looked up when the event came: the API server may have been away. */
    private async resolvedAgain({ name, subjects }: Incident): Promise<Incident["subjects"]> {
        if (subjects.every(({ unresolved }) => unresolved.length === 0)) {
            return subjects;
        }
        const looked = await Promise.all(
            subjects.map(async (subject) => {
                if (subject.unresolved.length === 0) {
                    return subject;
                }
                const again = { ...(await this.options.resolver.subject(subject)), seen: subject.seen };
                // A pod of the same name that has come since has done nothing.
                return subject.uid === undefined || again.uid === subject.uid ? again : subject;
            }),
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
                    this.agenda.plan(name);
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
