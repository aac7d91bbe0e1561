import type { KubernetesApi } from "../kubernetes/objects.js";
import { isApiError } from "../kubernetes/objects.js";
import type { IncidentBook } from "../knowledge/book.js";
import { LeadershipLostError } from "../knowledge/store.js";
import type { ActionRecord } from "../model.js";
import { withAction, withTimeline } from "../model.js";
import type { ActionContext, DenyList, SpireAdministration } from "./action.js";
import { ActionRefusedError } from "./action.js";
import type { EvidenceStore } from "./evidence.js";
import { ACTIONS } from "./registry.js";

/** After so many failures in a row an action is given up. */
const ATTEMPTS = 3;

/** What actions work with. */
export interface ExecutorTools {
    readonly api: KubernetesApi;
    readonly spire?: SpireAdministration;
    readonly evidence: EvidenceStore;
    readonly namespace: string;
    readonly denyList: DenyList;
    readonly denyingEngine?: string;
    /** Milliseconds since 1970. */
    readonly now: () => number;
}

/** Reasons of the API server that the same request would meet again. */
const FINAL = ["Forbidden", "Invalid", "BadRequest", "MethodNotAllowed"];

/**
 * Does and undoes actions. Every step is saved before it begins: after a crash it begins again from there, and since actions are idempotent
 * it ends where it would have ended.
 */
export class Executor {
    constructor(
        private readonly book: IncidentBook,
        private readonly tools: ExecutorTools,
    ) {}

    /** Does a planned action, or goes on with a running one. @returns the record as it is afterwards */
    async run(name: string, id: string): Promise<ActionRecord | undefined> {
        let record = this.record(name, id);
        if (record?.state === "planned") {
            try {
                const undo = await ACTIONS[record.type].prepare(this.context(name, record));
                record = await this.save(name, { ...record, state: "running", startedAt: this.tools.now(), undo });
            } catch (error) {
                return this.failed(name, record, error, "planned", "failed");
            }
        }
        if (record?.state !== "running" || record.undo === undefined) {
            return record;
        }
        try {
            const reason = await ACTIONS[record.type].apply(this.context(name, record), record.undo);
            return await this.save(name, {
                ...record,
                state: "done",
                reason,
                finishedAt: this.tools.now(),
                attempts: 0,
            });
        } catch (error) {
            return this.failed(name, record, error, "running", "failed");
        }
    }

    /** Undoes what has begun, or goes on with undoing. @param why one sentence */
    async undo(name: string, id: string, why: string): Promise<ActionRecord | undefined> {
        let record = this.record(name, id);
        const action = record && ACTIONS[record.type];
        if (record === undefined || action?.undo === undefined || record.undo === undefined) {
            return record;
        }
        if (record.state !== "undoing") {
            record = await this.save(name, { ...record, state: "undoing", reason: why, attempts: 0 });
        }
        if (record.undo === undefined) {
            return record;
        }
        try {
            const reason = `${await action.undo(this.context(name, record), record.undo)} (${why})`;
            return await this.save(name, {
                ...record,
                state: "undone",
                reason,
                finishedAt: this.tools.now(),
                attempts: 0,
            });
        } catch (error) {
            return this.failed(name, record, error, "undoing", "undo-failed");
        }
    }

    private record(name: string, id: string): ActionRecord | undefined {
        return this.book.get(name)?.actions.find((action) => action.id === id);
    }

    private context(name: string, record: ActionRecord): ActionContext {
        const incident = this.book.get(name);
        if (incident === undefined) {
            throw new ActionRefusedError(`incident ${name} is gone`);
        }
        return { ...this.tools, incident, record };
    }

    private async save(name: string, record: ActionRecord): Promise<ActionRecord> {
        this.book.update(name, (incident) =>
            withTimeline(
                withAction(incident, record),
                this.tools.now(),
                `${record.type} ${record.state}: ${record.reason}`,
            ),
        );
        await this.book.save(name);
        return record;
    }

    private async failed(
        name: string,
        record: ActionRecord,
        error: unknown,
        again: ActionRecord["state"],
        final: ActionRecord["state"],
    ): Promise<ActionRecord> {
        if (error instanceof LeadershipLostError) {
            throw error;
        }
        const attempts = record.attempts + 1;
        const over = error instanceof ActionRefusedError || isApiError(error, ...FINAL) || attempts >= ATTEMPTS;
        const message = error instanceof Error ? error.message : String(error);
        return this.save(name, {
            ...record,
            attempts,
            state: over ? final : again,
            reason: message.slice(0, 500),
            ...(over && { finishedAt: this.tools.now() }),
        });
    }
}
