import type { Action } from "../action.js";
import { podTarget } from "../action.js";

/** Deletes the pod at once, and with it every connection it holds. Its memory is lost: capture evidence before. */
export const terminate: Action = {
    type: "terminate",
    prepare: () => Promise.resolve({}),
    async apply(context) {
        const { namespace, pod: name, uid } = podTarget(context);
        await context.api.delete({ kind: "Pod", namespace, name }, { uid, gracePeriodSeconds: 0 });
        return "the pod is deleted";
    },
};
