import type { Decision, Incident } from "../model.js";

/** Where incidents outlive the process. Only the leader writes. */
export interface IncidentStore {
    /** Everything that was saved. */
    load(): Promise<readonly Incident[]>;
    /**
     * Resolves once it would survive a crash of everything but the API server's own store.
     *
     * @throws {LeadershipLostError} when somebody else has saved it meanwhile
     */
    save(incident: Incident): Promise<void>;
    /** What people have decided so far, by incident: of those at least about which something was decided since the last call. */
    decisions(): Promise<ReadonlyMap<string, readonly Decision[]>>;
    delete(name: string): Promise<void>;
}

/** Another process writes the incidents: this one must stop at once, and read them anew. */
export class LeadershipLostError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "LeadershipLostError";
    }
}
