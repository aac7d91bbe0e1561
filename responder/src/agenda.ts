import type { Incident } from "./model.js";
import { compareSeverity } from "./model.js";

/** What is to be done next: an incident is to be planned, or one of its actions is to go on. */
export interface Turn {
    readonly name: string;
    /** ID of the action; absent where the incident is to be planned. */
    readonly action?: string;
}

/**
 * What a responder has to do, a turn at a time: the worst incident first; among those of one severity the one that has waited longest
 * for a turn, so that one about which events never cease holds nobody up.
 */
export class Agenda {
    private readonly unplanned = new Set<string>();
    private readonly actions = new Map<string, readonly string[]>();
    /** Number of an incident's latest turn. */
    private readonly served = new Map<string, number>();
    private turns = 0;

    /** @param incidentOf finds an incident that is still there */
    constructor(private readonly incidentOf: (name: string) => Incident | undefined) {}

    get empty(): boolean {
        return this.unplanned.size === 0 && this.actions.size === 0;
    }

    /** The incident is to be planned. */
    plan(name: string): void {
        this.unplanned.add(name);
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
        if (this.unplanned.delete(name)) {
            return { name };
        }
        const [action, ...rest] = this.actions.get(name) ?? [];
        this.act(name, rest);
        return { name, ...(action !== undefined && { action }) };
    }

    private worst(): string | undefined {
        let first: Incident | undefined;
        for (const name of new Set([...this.unplanned, ...this.actions.keys()])) {
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
            (this.served.get(a.name) ?? 0) - (this.served.get(b.name) ?? 0) ||
            a.detectedAt - b.detectedAt;
        return order < 0;
    }
}
