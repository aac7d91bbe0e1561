import type { Action } from "../action.js";
import { ActionRefusedError } from "../action.js";
import { change, textField } from "../change.js";

/** Any change of this annotation has External Secrets read the secret from its source at once. */
const FORCE_SYNC = "force-sync";

/** Has an ExternalSecret synchronised. The value at its source is changed there, by whoever owns it; the responder sees neither. */
export const rotateSecret: Action = {
    type: "rotate-secret",
    prepare: (context) => Promise.resolve({ at: String(context.now()) }),
    async apply(context, prepared) {
        const { namespace, secret: name } = context.record.target;
        if (namespace === undefined || name === undefined) {
            throw new ActionRefusedError("the target is no ExternalSecret");
        }
        const at = textField(prepared, "at") ?? "";
        const found = await change(
            context.api,
            { kind: "ExternalSecret", namespace, name },
            undefined,
            ({ metadata }) =>
                metadata.annotations?.[FORCE_SYNC] === at
                    ? undefined
                    : { metadata: { annotations: { [FORCE_SYNC]: at } } },
        );
        if (found === undefined) {
            throw new ActionRefusedError(`there is no ExternalSecret ${namespace}/${name}`);
        }
        return "External Secrets reads it anew";
    },
};
