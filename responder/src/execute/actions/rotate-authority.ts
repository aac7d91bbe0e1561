import type { Action } from "../action.js";
import { ActionRefusedError, spireOf } from "../action.js";
import { textField } from "../change.js";

/**
 * Replaces the authority that signs X.509-SVIDs: prepares a new one, activates it and taints the one before, which has every workload
 * renew its SVID. Revoking the old one is left to people, when `spire_server` metrics say that all have renewed: a
 * workload that hasn't would be refused by everybody.
 */
export const rotateAuthority: Action = {
    type: "rotate-authority",

    async prepare(context) {
        const { active } = await spireOf(context).authorities.x509.states();
        if (active === undefined) {
            throw new ActionRefusedError("the SPIRE server has no active authority");
        }
        return { from: active.id };
    },

    async apply(context, prepared) {
        const { x509 } = spireOf(context).authorities;
        const from = textField(prepared, "from") ?? "";
        let states = await x509.states();
        if (states.active?.id === from) {
            const next = states.prepared ?? (await x509.prepare());
            await x509.activate(next.id);
            states = await x509.states();
        }
        if (states.old?.id === from && !(await isTainted(() => x509.taint(from)))) {
            throw new Error(`authority ${from} could not be tainted`);
        }
        return `authority ${states.active?.id ?? "unknown"} signs; ${from} is tainted and is to be revoked once every workload has renewed`;
    },
};

/** Tainting twice is refused as a failed precondition, which is what was wanted. */
async function isTainted(taint: () => Promise<unknown>): Promise<boolean> {
    try {
        await taint();
        return true;
    } catch (error) {
        if (error instanceof Error && /already tainted/i.test(error.message)) {
            return true;
        }
        throw error;
    }
}
