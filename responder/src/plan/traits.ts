import type { ActionType } from "../model.js";

/** What the guard rails need to know of a kind of action. */
export interface ActionTraits {
    /** What it is done to; without it there is nothing to do. */
    readonly scope: "pod" | "workload" | "node" | "identity" | "secret" | "cluster" | "none";
    /** Changes something outside the responder's own records. */
    readonly changes: boolean;
    /** Takes capacity away from whoever uses the workload. */
    readonly disruptive: boolean;
    /** Can't be undone, or hits more than one pod: wants an approval. */
    readonly destructive: boolean;
    readonly undoable: boolean;
    /** One sentence for people. */
    readonly explanation: string;
}

const READING = { changes: false, disruptive: false, destructive: false, undoable: false };

/** Every kind of action, for the guard rails; what it does is in `execute/actions/`. */
export const TRAITS: Readonly<Record<ActionType, ActionTraits>> = {
    "capture-evidence": {
        ...READING,
        scope: "pod",
        explanation: "Keeps the pod's specification, logs and events, with a hash, before anything is changed.",
    },
    notify: { ...READING, scope: "none", explanation: "Tells people by an event of the API server." },
    isolate: {
        scope: "pod",
        changes: true,
        disruptive: true,
        destructive: false,
        undoable: true,
        explanation:
            "Takes the pod out of every Service, controller and policy that selects by labels, and closes its network.",
    },
    terminate: {
        scope: "pod",
        changes: true,
        disruptive: true,
        destructive: true,
        undoable: false,
        explanation: "Deletes the pod at once; the only step that cuts connections on every network engine.",
    },
    restart: {
        scope: "workload",
        changes: true,
        disruptive: false,
        destructive: true,
        undoable: false,
        explanation: "Rolls the workload, so that every pod starts anew from its image.",
    },
    rollback: {
        scope: "workload",
        changes: true,
        disruptive: false,
        destructive: true,
        undoable: true,
        explanation: "Brings back the pod template of the Deployment's revision before.",
    },
    cordon: {
        scope: "node",
        changes: true,
        disruptive: false,
        destructive: false,
        undoable: true,
        explanation: "Keeps new pods off the node.",
    },
    "rotate-secret": {
        scope: "secret",
        changes: true,
        disruptive: false,
        destructive: false,
        undoable: false,
        explanation: "Has External Secrets read the secret from its source at once.",
    },
    "revoke-identity": {
        scope: "identity",
        changes: true,
        disruptive: true,
        destructive: true,
        undoable: true,
        explanation:
            "Deletes the registration, so that the SVID isn't renewed; for a whole identity peers refuse it at once.",
    },
    "ban-agent": {
        scope: "node",
        changes: true,
        disruptive: true,
        destructive: true,
        undoable: true,
        explanation: "Bans the node's SPIRE agent: none of its pods gets or renews an SVID.",
    },
    "rotate-authority": {
        scope: "cluster",
        changes: true,
        disruptive: false,
        destructive: true,
        undoable: false,
        explanation: "Replaces the trust domain's signing authority and taints the one before.",
    },
};
