import type { Action } from "../action.js";
import { ActionRefusedError } from "../action.js";
import { change, textField } from "../change.js";
import { rolledWorkload } from "./workload.js";

/** As `kubectl rollout restart` does it. */
const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

/** Rolls the workload within its own update strategy and its disruption budget. */
export const restart: Action = {
    type: "restart",
    prepare: (context) => Promise.resolve({ at: new Date(context.now()).toISOString() }),
    async apply(context, prepared) {
        const at = textField(prepared, "at") ?? "";
        const workload = await change(context.api, rolledWorkload(context), undefined, ({ spec }) => {
            const template = spec?.["template"] as { metadata?: { annotations?: Record<string, string> } } | undefined;
            return template?.metadata?.annotations?.[RESTARTED_AT] === at
                ? undefined
                : { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: at } } } } };
        });
        if (workload === undefined) {
            throw new ActionRefusedError("the workload is gone");
        }
        return "the workload is rolling";
    },
};
