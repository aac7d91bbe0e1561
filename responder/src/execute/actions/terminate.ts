import type { Action } from "../action.js";
import { podTarget } from "../action.js";

/**
 * Seconds between SIGTERM and SIGKILL. With 0 the API server would forget the pod before the kubelet has ended it: a StatefulSet would start
 * another one of its name beside it, and nobody would know when its connections end.
 */
const GRACE_SECONDS = 1;

/** Deletes the pod within a second, and with it every connection it holds. Its memory is lost: capture evidence before. */
export const terminate: Action = {
    type: "terminate",
    prepare: () => Promise.resolve({}),
    async apply(context) {
        const { namespace, pod: name, uid } = podTarget(context);
        await context.api.delete({ kind: "Pod", namespace, name }, { uid, gracePeriodSeconds: GRACE_SECONDS });
        return `the pod is to end within ${GRACE_SECONDS} s`;
    },
};
