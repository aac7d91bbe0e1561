import type { Incident } from "./model.js";
import { compareSeverity } from "./model.js";

/** What is to be done next: an incident is to be planned, or one of its actions is to go on. */
export interface Turn {
    readonly name: string;
    /** ID of the action; absent where the incident is to be planned. */
    readonly action?: string;
}

/**
 * What a responder has to do, a turn at a time: the worst incident first; of one severity, what is new before what is to be done, and both
 * before what a guard rail has stopped and may not stop any more; among those the one that has waited longest for a turn, so that an incident
 * about which events never cease holds nobody up.
 */
export class Agenda {
    private readonly unplanned = new Set<string>();
    private readonly stopped = new Set<string>();
    private readonly actions = new Map<string, readonly string[]>();
    /** Number of an incident's latest turn. */
    private readonly served = new Map<string, number>();
    private turns = 0;

    /** @param incidentOf finds an incident that is still there */
    constructor(private readonly incidentOf: (name: string) => Incident | undefined) {}

    get empty(): boolean {
        return this.unplanned.size + this.stopped.size + this.actions.size === 0;
    }

    /** The incident is to be planned: something new has come. */
    plan(name: string): void {
        this.unplanned.add(name);
    }

    /** The incident is to be planned again, though nothing new has come. */
    planAgain(name: string): void {
        this.stopped.add(name);
    }

    /** These actions are to be done, or undone, in this order; in place of those that were. */
    act(name: string, ids: readonly string[]): void {
        if (ids.length === 0) {
            this.actions.delete(name);
        } else {
            this.actions.set(name, ids);
        }
    }

    forget(name: string): void {
        this.unplanned.delete(name);
        this.stopped.delete(name);
        this.actions.delete(name);
        this.served.delete(name);
    }

    /** Takes the next turn out; undefined when there is nothing to do. */
    next(): Turn | undefined {
        const name = this.worst();
        if (name === undefined) {
            return undefined;
        }
        this.served.set(name, ++this.turns);
        const [action, ...rest] = this.actions.get(name) ?? [];
        if (this.unplanned.has(name) || action === undefined) {
            // One plan takes everything up.
            this.unplanned.delete(name);
            this.stopped.delete(name);
            return { name };
        }
        this.act(name, rest);
        return { name, action };
    }

    private worst(): string | undefined {
        let first: Incident | undefined;
        for (const name of new Set([...this.unplanned, ...this.actions.keys(), ...this.stopped])) {
            const incident = this.incidentOf(name);
            if (incident === undefined) {
                this.forget(name);
            } else if (first === undefined || this.before(incident, first)) {
                first = incident;
            }
        }
        return first?.name;
    }

    private before(a: Incident, b: Incident): boolean {
        const order =
            compareSeverity(b.severity, a.severity) ||
            this.rank(a.name) - this.rank(b.name) ||
            (this.served.get(a.name) ?? 0) - (this.served.get(b.name) ?? 0) ||
            a.detectedAt - b.detectedAt;
        return order < 0;
    }

    private rank(name: string): number {
        if (this.unplanned.has(name)) {
            return 0;
        }
        return this.actions.has(name) ? 1 : 2;
    }
}
