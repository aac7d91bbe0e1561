import type { Action, ActionContext } from "../action.js";
import { ActionRefusedError } from "../action.js";
import { change, fieldsOf, requiredText } from "../change.js";

function node({ record }: Pick<ActionContext, "record">): { readonly kind: "Node"; readonly name: string } {
    if (record.target.node === undefined) {
        throw new ActionRefusedError("the target is no node");
    }
    return { kind: "Node", name: record.target.node };
}

/** Marks the node unschedulable. Its pods go on running: evidence stays, and nothing is evicted. */
export const cordon: Action = {
    type: "cordon",

    async prepare(context) {
        const found = await context.api.get(node(context));
        if (found === undefined) {
            throw new ActionRefusedError("the node is gone");
        }
        return { uid: found.metadata.uid ?? "", unschedulable: found.spec?.["unschedulable"] === true };
    },

    async apply(context, prepared) {
        const uid = requiredText(prepared, "uid");
        const found = await change(context.api, node(context), uid, ({ spec }) =>
            spec?.["unschedulable"] === true ? undefined : { spec: { unschedulable: true } },
        );
        return found === undefined ? "the node is gone" : "no new pod comes to the node";
    },

    async undo(context, prepared) {
        if (fieldsOf(prepared)["unschedulable"] === true) {
            return "it was cordoned before, and stays so";
        }
        const found = await change(context.api, node(context), requiredText(prepared, "uid"), ({ spec }) =>
            spec?.["unschedulable"] === true ? { spec: { unschedulable: null } } : undefined,
        );
        return found === undefined ? "the node is gone" : "the node takes pods again";
    },
};
