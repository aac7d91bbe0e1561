import type { ActionType } from "../model.js";
import type { Action } from "./action.js";
import { banAgent } from "./actions/ban-agent.js";
import { captureEvidence } from "./actions/capture-evidence.js";
import { cordon } from "./actions/cordon.js";
import { isolate } from "./actions/isolate.js";
import { notify } from "./actions/notify.js";
import { restart } from "./actions/restart.js";
import { revokeIdentity } from "./actions/revoke-identity.js";
import { rollback } from "./actions/rollback.js";
import { rotateAuthority } from "./actions/rotate-authority.js";
import { rotateSecret } from "./actions/rotate-secret.js";
import { terminate } from "./actions/terminate.js";

/** Every action, by its kind. */
export const ACTIONS: Readonly<Record<ActionType, Action>> = {
    "capture-evidence": captureEvidence,
    notify,
    isolate,
    terminate,
    restart,
    rollback,
    cordon,
    "rotate-secret": rotateSecret,
    "revoke-identity": revokeIdentity,
    "ban-agent": banAgent,
    "rotate-authority": rotateAuthority,
};
