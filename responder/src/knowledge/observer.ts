import type { ActionRecord, Incident, SecurityEvent } from "../model.js";

/** Is told of everything that happens, for metrics and traces. Must not throw. */
export interface ResponderObserver {
    event(event: SecurityEvent, effect: "known" | "counted" | "new"): void;
    decided(incident: Incident, action: ActionRecord): void;
    /** An action has come to a state: done, failed, blocked at the last moment, undone, undo-failed, or tried in vain. */
    acted(incident: Incident, action: ActionRecord): void;
}
