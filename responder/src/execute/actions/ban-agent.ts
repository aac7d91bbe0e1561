import { SpiffeId } from "@x0tta6bl4/spiffe";

import type { Action } from "../action.js";
import { ActionRefusedError, spireOf } from "../action.js";
import { textField } from "../change.js";

/** Shuts the node's SPIRE agent out: no pod there gets or renews an SVID. Undoing forgets it, so that it attests anew. */
export const banAgent: Action = {
    type: "ban-agent",

    async prepare(context) {
        const { node } = context.record.target;
        for await (const { id, selectors, banned } of spireOf(context).agents.list()) {
            if (selectors.some(({ type, value }) => type === "k8s_psat" && value === `agent_node_name:${node ?? ""}`)) {
                return { id: String(id), banned };
            }
        }
        throw new ActionRefusedError(`SPIRE knows no agent of node ${node ?? "unknown"}`);
    },

    async apply(context, prepared) {
        const id = SpiffeId.parse(textField(prepared, "id") ?? "");
        await spireOf(context).agents.ban(id);
        return `${id} is banned`;
    },

    async undo(context, prepared) {
        const text = textField(prepared, "id") ?? "";
        const { agents } = spireOf(context);
        for await (const { id, banned } of agents.list()) {
            if (String(id) === text && banned) {
                await agents.delete(id);
                return `${text} may attest again`;
            }
        }
        return `${text} is not banned any more`;
    },
};
