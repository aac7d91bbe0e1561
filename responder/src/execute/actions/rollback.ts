import { isDeepStrictEqual } from "node:util";

import type { KubernetesObject } from "../../kubernetes/objects.js";
import { controllerOf, isApiError } from "../../kubernetes/objects.js";
import type { Json } from "../../model.js";
import type { Action, ActionContext } from "../action.js";
import { ActionRefusedError } from "../action.js";
import { fieldsOf } from "../change.js";
import { rolledWorkload } from "./workload.js";

/** Set by the Deployment controller on each ReplicaSet. */
const REVISION = "deployment.kubernetes.io/revision";
const HASH_LABEL = "pod-template-hash";
const ATTEMPTS = 5;

/** Brings back the pod template before the current one, as `kubectl rollout undo` does it. Deployments only. */
export const rollback: Action = {
    type: "rollback",

    async prepare(context) {
        const ref = rolledWorkload(context);
        const deployment = ref.kind === "Deployment" ? await context.api.get(ref) : undefined;
        if (deployment === undefined) {
            throw new ActionRefusedError(`${ref.kind} ${ref.namespace}/${ref.name} has no revision to go back to`);
        }
        const revision = Number(deployment.metadata.annotations?.[REVISION]);
        const before = (await context.api.list("ReplicaSet", { namespace: ref.namespace }))
            .filter((set) => controllerOf(set)?.uid === deployment.metadata.uid)
            .map((set) => ({ set, revision: Number(set.metadata.annotations?.[REVISION]) }))
            .filter((one) => one.revision < revision)
            .sort((a, b) => b.revision - a.revision)[0];
        if (before === undefined) {
            throw new ActionRefusedError("there is no revision before the current one");
        }
        return { from: templateOf(deployment), to: templateOf(before.set) };
    },

    async apply(context, prepared) {
        const { from, to } = fieldsOf(prepared);
        await setTemplate(context, from ?? null, to ?? null);
        return "the template of the revision before is back";
    },

    async undo(context, prepared) {
        const { from, to } = fieldsOf(prepared);
        await setTemplate(context, to ?? null, from ?? null);
        return "the template from before the rollback is back";
    },
};

/** Replaces one template by another; a template that is neither is somebody else's, and is left alone. */
async function setTemplate(context: ActionContext, from: Json, to: Json): Promise<void> {
    const ref = rolledWorkload(context);
    for (let attempt = 1; ; attempt++) {
        const object = await context.api.get(ref);
        if (object === undefined) {
            throw new ActionRefusedError("the workload is gone");
        }
        const template = templateOf(object);
        if (isDeepStrictEqual(template, to)) {
            return;
        }
        if (!isDeepStrictEqual(template, from)) {
            throw new ActionRefusedError("somebody has changed the workload since");
        }
        try {
            await context.api.replace({ ...object, spec: { ...object.spec, template: to } });
            return;
        } catch (error) {
            if (!isApiError(error, "Conflict") || attempt === ATTEMPTS) {
                throw error;
            }
        }
    }
}

/** The pod template without the label that the Deployment controller adds. */
function templateOf({ spec }: KubernetesObject): Json {
    const template = structuredClone(spec?.["template"] ?? {}) as { metadata?: { labels?: Record<string, string> } };
    delete template.metadata?.labels?.[HASH_LABEL];
    return template;
}
