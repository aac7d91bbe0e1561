import type { SpiffeId } from "@x0tta6bl4/spiffe";
import { parse, stringify } from "yaml";

import type { KubernetesApi } from "../kubernetes/objects.js";
import { isApiError } from "../kubernetes/objects.js";
import type { ActionContext } from "./action.js";
import { change } from "./change.js";

/** Key of the ConfigMap. Its value is a policy with `deny` alone, as `watchDenyList` of `@x0tta6bl4/spiffe/policy` follows one. */
export const DENY_KEY = "deny.yaml";

type Where = Pick<ActionContext, "api" | "denyList">;

/** Puts an identity on the lists that peers obey. */
export async function denyIdentity(where: Where, id: SpiffeId): Promise<void> {
    await editAll(where, (ids) => new Set([...ids, String(id)]));
}

/** Takes an identity off the lists. */
export async function allowIdentity(where: Where, id: SpiffeId): Promise<void> {
    await editAll(where, (ids) => new Set([...ids].filter((one) => one !== String(id))));
}

/** The list as a policy; sorted, so that the same identities make the same file. */
export function denyPolicy(ids: Iterable<string>): string {
    return stringify({ deny: [...ids].sort().map((id) => ({ id })) });
}

function denied(policy: string): ReadonlySet<string> {
    const { deny } = (parse(policy) ?? {}) as { deny?: readonly { readonly id: string }[] };
    return new Set((deny ?? []).map(({ id }) => id));
}

type Edit = (ids: ReadonlySet<string>) => ReadonlySet<string>;

/** Edits every list, those after one that can't be edited too. @throws {Error} of the first that couldn't be */
async function editAll({ api, denyList: { name, namespaces } }: Where, next: Edit): Promise<void> {
    const edits = await Promise.allSettled(namespaces.map((namespace) => edit(api, namespace, name, next)));
    const failed = edits.find((one) => one.status === "rejected");
    if (failed !== undefined) {
        throw failed.reason;
    }
}

async function edit(api: KubernetesApi, namespace: string, name: string, next: Edit): Promise<void> {
    const patched = await change(api, { kind: "ConfigMap", namespace, name }, undefined, (map) => {
        const before = (map["data"] as Record<string, string> | undefined)?.[DENY_KEY] ?? denyPolicy([]);
        const after = denyPolicy(next(denied(before)));
        return after === before ? undefined : { data: { [DENY_KEY]: after } };
    });
    if (patched !== undefined) {
        return;
    }
    try {
        await api.create({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name, namespace },
            data: { [DENY_KEY]: denyPolicy(next(new Set())) },
        });
    } catch (error) {
        if (isApiError(error, "AlreadyExists")) {
            return edit(api, namespace, name, next);
        }
        throw error;
    }
}
