import type { OpenIncidents } from "../analyze/correlate.js";
import type { Incident } from "../model.js";
import type { PastAction } from "../plan/guards.js";
import type { IncidentStore } from "./store.js";

const IN_FORCE: ReadonlySet<string> = new Set(["planned", "running", "done", "failed", "undoing", "undo-failed"]);

/** The incidents of a running responder: changed in memory at once, saved one after the other. */
export class IncidentBook implements OpenIncidents {
    private readonly incidents = new Map<string, Incident>();
    private readonly byKey = new Map<string, string>();
    private readonly byPod = new Map<string, string>();
    private readonly byEvent = new Map<string, string>();
    /** Changed since they were last saved. */
    private readonly dirty = new Set<string>();
    /** The save of each incident that is under way. */
    private readonly saving = new Map<string, Promise<void>>();

    private constructor(private readonly store: IncidentStore) {}

    static async open(store: IncidentStore): Promise<IncidentBook> {
        const book = new IncidentBook(store);
        for (const incident of [...(await store.load())].sort((a, b) => a.lastSeen - b.lastSeen)) {
            book.put(incident);
        }
        book.dirty.clear();
        return book;
    }

    get(name: string): Incident | undefined {
        return this.incidents.get(name);
    }

    withEvent(id: string): Incident | undefined {
        return this.incidents.get(this.byEvent.get(id) ?? "");
    }

    withKey(key: string): Incident | undefined {
        return this.incidents.get(this.byKey.get(key) ?? "");
    }

    withPod(uid: string | undefined): Incident | undefined {
        return this.incidents.get(this.byPod.get(uid ?? "") ?? "");
    }

    all(): readonly Incident[] {
        return [...this.incidents.values()];
    }

    put(incident: Incident): void {
        const before = this.incidents.get(incident.name);
        this.incidents.set(incident.name, incident);
        this.byKey.set(incident.key, incident.name);
        this.dirty.add(incident.name);
        incident.subjects.forEach(({ uid }) => uid !== undefined && this.byPod.set(uid, incident.name));
        // Events are appended, and those past the limit fall off the front.
        const latest = before?.eventIds.at(-1);
        const known = latest === undefined ? -1 : incident.eventIds.lastIndexOf(latest);
        incident.eventIds.slice(known + 1).forEach((id) => this.byEvent.set(id, incident.name));
        for (const id of before?.eventIds ?? []) {
            if (id === incident.eventIds[0]) {
                break;
            }
            this.byEvent.delete(id);
        }
    }

    /** Changes the incident as it is now. @returns the changed one; undefined when it isn't there any more */
    update(name: string, change: (incident: Incident) => Incident): Incident | undefined {
        const incident = this.incidents.get(name);
        if (incident === undefined) {
            return undefined;
        }
        const changed = change(incident);
        this.put(changed);
        return changed;
    }

    /** Saves the incident as it is when its turn has come; one that was saved in the meantime isn't saved again. */
    async save(name: string): Promise<void> {
        const turn = (this.saving.get(name) ?? Promise.resolve()).then(
            () => this.saveNow(name),
            () => this.saveNow(name),
        );
        this.saving.set(name, turn);
        try {
            await turn;
        } finally {
            if (this.saving.get(name) === turn) {
                this.saving.delete(name);
            }
        }
    }

    async remove(name: string): Promise<void> {
        await this.store.delete(name);
        const incident = this.incidents.get(name);
        this.incidents.delete(name);
        incident?.eventIds.forEach((id) => this.byEvent.delete(id));
        for (const { uid } of incident?.subjects ?? []) {
            if (uid !== undefined && this.byPod.get(uid) === name) {
                this.byPod.delete(uid);
            }
        }
        if (incident !== undefined && this.byKey.get(incident.key) === name) {
            this.byKey.delete(incident.key);
        }
    }

    /** Takes up what people have decided. @returns names of the incidents with a decision that is to be carried out */
    async readDecisions(): Promise<readonly string[]> {
        for (const [name, decisions] of await this.store.decisions()) {
            const incident = this.incidents.get(name);
            if (incident !== undefined && decisions.length > incident.obeyed) {
                this.put({ ...incident, decisions });
            }
        }
        // One that was read before may have been carried out in vain.
        return this.all()
            .filter(({ decisions, obeyed }) => decisions.length > obeyed)
            .map(({ name }) => name);
    }

    /** What has been done so far, for the guard rails. */
    past(): readonly PastAction[] {
        return this.all().flatMap(({ name, actions }) =>
            actions
                .filter(({ state, startedAt }) => startedAt !== undefined || state === "planned")
                .map(({ id, type, target, state, startedAt, decidedAt }) => ({
                    id: `${name} ${id}`,
                    type,
                    target,
                    startedAt: startedAt ?? decidedAt,
                    inForce: IN_FORCE.has(state),
                })),
        );
    }

    private async saveNow(name: string): Promise<void> {
        const incident = this.incidents.get(name);
        if (incident === undefined || !this.dirty.delete(name)) {
            return;
        }
        try {
            await this.store.save(incident);
        } catch (error) {
            this.dirty.add(name);
            throw error;
        }
    }
}
