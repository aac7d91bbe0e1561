import type {
    AttestedAgent,
    AuthorityLifecycle,
    EntryFilter,
    EntrySpec,
    RegisteredEntry,
} from "@x0tta6bl4/spiffe/spire";
import type { SpiffeId } from "@x0tta6bl4/spiffe";

import type { KubernetesApi } from "../kubernetes/objects.js";
import type { ActionRecord, ActionType, Incident, Json } from "../model.js";
import type { EvidenceStore } from "./evidence.js";

/** What the responder asks of the SPIRE server; `SpireServerClient` of `@x0tta6bl4/spiffe/spire` is one. */
export interface SpireAdministration {
    readonly entries: {
        list(filter?: EntryFilter): AsyncIterable<RegisteredEntry>;
        register(specs: Iterable<EntrySpec>): Promise<{ readonly failed: readonly { readonly message: string }[] }>;
        delete(ids: Iterable<string>): Promise<readonly { readonly message: string }[]>;
    };
    readonly agents: {
        list(): AsyncIterable<AttestedAgent>;
        ban(id: SpiffeId): Promise<void>;
        delete(id: SpiffeId): Promise<void>;
    };
    readonly authorities: { readonly x509: AuthorityLifecycle };
}

/** The list of identities that peers refuse: the same ConfigMap in each namespace whose pods mount it. */
export interface DenyList {
    readonly name: string;
    readonly namespaces: readonly string[];
}

/** Where actions take place. */
export interface ActionContext {
    readonly api: KubernetesApi;
    /** Absent where the responder has no administration of the SPIRE server: actions that need it fail and say so. */
    readonly spire?: SpireAdministration;
    readonly evidence: EvidenceStore;
    /** The responder's own namespace. */
    readonly namespace: string;
    readonly denyList: DenyList;
    /** The cluster's network engine, where the deployment has a policy of its that denies isolated pods everything. */
    readonly denyingEngine?: string;
    readonly incident: Incident;
    readonly record: ActionRecord;
    /** Milliseconds since 1970. */
    readonly now: () => number;
}

/**
 * One kind of action. A crash may come between any two calls, and every call may come again: `prepare` only reads, its result is saved,
 * and `apply` and `undo` lead to the same end however often they are called.
 */
export interface Action {
    readonly type: ActionType;
    /** @returns what `apply` and `undo` need: the state of things as they are */
    prepare(context: ActionContext): Promise<Json>;
    /** @returns one sentence about what was done */
    apply(context: ActionContext, prepared: Json): Promise<string>;
    /** Brings back what `prepare` saw. @returns one sentence. Absent where nothing can be brought back. */
    undo?(context: ActionContext, prepared: Json): Promise<string>;
}

/** An action can't be done here; retrying won't help. */
export class ActionRefusedError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "ActionRefusedError";
    }
}

/** The pod an action is about. @throws {ActionRefusedError} for a target without one */
export function podTarget({ record }: Pick<ActionContext, "record">): { namespace: string; pod: string; uid: string } {
    const { namespace, pod, uid } = record.target;
    if (namespace === undefined || pod === undefined || uid === undefined) {
        throw new ActionRefusedError("the target is no pod");
    }
    return { namespace, pod, uid };
}

/** @throws {ActionRefusedError} where the responder has no administration of the SPIRE server */
export function spireOf({ spire }: Pick<ActionContext, "spire">): SpireAdministration {
    if (spire === undefined) {
        throw new ActionRefusedError("the responder has no access to the SPIRE server");
    }
    return spire;
}
