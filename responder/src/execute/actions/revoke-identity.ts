import type { EntrySpec, RegisteredEntry } from "@x0tta6bl4/spiffe/spire";
import { SpiffeId } from "@x0tta6bl4/spiffe";

import { selects } from "../../kubernetes/objects.js";
import type { Json } from "../../model.js";
import type { Action, ActionContext } from "../action.js";
import { ActionRefusedError, podTarget, spireOf } from "../action.js";
import { fieldsOf, requiredText } from "../change.js";
import { allowIdentity, denyIdentity } from "../denylist.js";

/**
 * Deletes registration entries, so that SVIDs aren't renewed; those out live on until they expire. With scope `identity`, peers refuse
 * the SPIFFE ID at once by the deny list, which needs no right at the SPIRE server: without one its entries stay, and the result says so. With scope
 * `pod`, only the entries that name the pod's UID go.
 */
export const revokeIdentity: Action = {
    type: "revoke-identity",

    async prepare(context) {
        const entries = await entriesOf(context);
        if (entries.length === 0 && context.record.target.scope !== "identity") {
            throw new ActionRefusedError("no registration entry names the pod");
        }
        return { entries: entries.map(toJson) };
    },

    async apply(context) {
        const id = identity(context);
        const everybody = context.record.target.scope === "identity";
        if (everybody) {
            await denyIdentity(context, id);
            if (context.spire === undefined) {
                return `${id} is on the deny list; it stays registered, for the responder has no access to the SPIRE server`;
            }
        }
        const entries = await entriesOf(context);
        const failed = await spireOf(context).entries.delete(entries.map((entry) => entry.id));
        if (failed[0] !== undefined) {
            throw new Error(`SPIRE kept ${failed.length} entries: ${failed[0].message}`);
        }
        return [
            everybody ? `${id} is on the deny list` : `${entries.length} entries of the pod are deleted`,
            ...((await stillSelected(context))
                ? ["a ClusterSPIFFEID still selects the pod, so that it is registered anew: isolate it"]
                : []),
        ].join("; ");
    },

    async undo(context, prepared) {
        const id = identity(context);
        if (context.record.target.scope === "identity") {
            await allowIdentity(context, id);
        }
        const saved = fieldsOf(prepared)["entries"];
        const entries = Array.isArray(saved) ? saved.map(fromJson) : [];
        if (entries.length === 0) {
            return `${id} is off the deny list; no entry of it was deleted`;
        }
        const { failed } = await spireOf(context).entries.register(entries);
        if (failed[0] !== undefined) {
            throw new Error(`SPIRE refused ${failed.length} entries: ${failed[0].message}`);
        }
        return `${id} is registered as before`;
    },
};

function identity({ record }: ActionContext): SpiffeId {
    return SpiffeId.parse(record.target.spiffeId ?? "");
}

async function entriesOf(context: ActionContext): Promise<readonly RegisteredEntry[]> {
    const everybody = context.record.target.scope === "identity";
    const found: RegisteredEntry[] = [];
    if (everybody && context.spire === undefined) {
        return found;
    }
    for await (const entry of spireOf(context).entries.list({ spiffeId: identity(context) })) {
        const uid = `pod-uid:${podTarget(context).uid}`;
        if (everybody || entry.selectors.some(({ type, value }) => type === "k8s" && value === uid)) {
            found.push(entry);
        }
    }
    return found;
}

async function stillSelected(context: ActionContext): Promise<boolean> {
    const { namespace, pod: name } = podTarget(context);
    const pod = await context.api.get({ kind: "Pod", namespace, name });
    const registrations = pod === undefined ? [] : await context.api.list("ClusterSPIFFEID");
    return registrations.some(({ spec }) => selects(spec?.["podSelector"], pod?.metadata.labels));
}

function toJson(entry: EntrySpec): Json {
    const { spiffeId, parentId, selectors, expiresAt } = entry;
    return {
        spiffeId: String(spiffeId),
        parentId: String(parentId),
        selectors: selectors.map(({ type, value }) => ({ type, value })),
        x509SvidTtl: entry.x509SvidTtl ?? 0,
        jwtSvidTtl: entry.jwtSvidTtl ?? 0,
        federatesWith: [...(entry.federatesWith ?? [])],
        dnsNames: [...(entry.dnsNames ?? [])],
        hint: entry.hint ?? "",
        admin: entry.admin ?? false,
        downstream: entry.downstream ?? false,
        expiresAt: expiresAt === undefined ? null : expiresAt.toISOString(),
    };
}

function fromJson(saved: Json): EntrySpec {
    const { expiresAt, ...rest } = fieldsOf(saved);
    return {
        ...(rest as unknown as Omit<EntrySpec, "spiffeId" | "parentId" | "expiresAt">),
        spiffeId: SpiffeId.parse(requiredText(saved, "spiffeId")),
        parentId: SpiffeId.parse(requiredText(saved, "parentId")),
        ...(typeof expiresAt === "string" && { expiresAt: new Date(expiresAt) }),
    };
}
