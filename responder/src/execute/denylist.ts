import type { SpiffeId } from "@x0tta6bl4/spiffe";
import { parsePolicy } from "@x0tta6bl4/spiffe/policy";
import { parseDocument, stringify } from "yaml";

import type { KubernetesApi } from "../kubernetes/objects.js";
import { isApiError } from "../kubernetes/objects.js";
import type { ActionContext } from "./action.js";
import { change } from "./change.js";

/** Key of the ConfigMap. Its value is a policy with `deny` alone, as `watchDenyList` of `@x0tta6bl4/spiffe/policy` follows one. */
export const DENY_KEY = "deny.yaml";

type Where = Pick<ActionContext, "api" | "denyList">;

/** A rule of a list. People write others beside those of one identity, which are kept as they are. */
type Rule = Readonly<Record<string, unknown>>;

/** Puts an identity on the lists that peers obey. */
export async function denyIdentity(where: Where, id: SpiffeId): Promise<void> {
    await editAll(where, (rules) => (rules.some(isOf(id)) ? rules : [...rules, { id: String(id) }]));
}

/** Takes an identity off the lists. */
export async function allowIdentity(where: Where, id: SpiffeId): Promise<void> {
    await editAll(where, (rules) => rules.filter((rule) => !isOf(id)(rule)));
}

const isOf =
    (id: SpiffeId) =>
    (rule: Rule): boolean =>
        rule["id"] === String(id);

/** The list as a policy; sorted, so that the same identities make the same file. */
export function denyPolicy(ids: Iterable<string>): string {
    return written([...ids].map((id) => ({ id })));
}

function written(rules: readonly Rule[]): string {
    const named = rules.flatMap(({ id }) => (typeof id === "string" ? [id] : [])).sort();
    return stringify({ deny: [...rules.filter(({ id }) => typeof id !== "string"), ...named.map((id) => ({ id }))] });
}

/** @throws {Error} where it is no list of rules, or one that peers don't take: what is there would be lost, and what is added not obeyed */
function rulesOf(policy: string, name: string): readonly Rule[] {
    const what = `${DENY_KEY} of the ConfigMap ${name}`;
    const document = parseDocument(policy);
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) {
        throw new Error(`${what}: ${fault.message.split("\n")[0]}`, { cause: fault });
    }
    const { deny, ...others } = (document.toJS() ?? {}) as Readonly<Record<string, unknown>>;
    if (!Array.isArray(deny) || Object.keys(others).length > 0) {
        throw new Error(`${what} is no list of rules under deny; it stays as it is`);
    }
    parsePolicy(stringify({ allow: [], deny: deny as readonly unknown[] }), what);
    return deny as readonly Rule[];
}

type Edit = (rules: readonly Rule[]) => readonly Rule[];

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
        const after = written(next(rulesOf(before, `${namespace}/${name}`)));
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
            data: { [DENY_KEY]: written(next([])) },
        });
    } catch (error) {
        if (isApiError(error, "AlreadyExists")) {
            return edit(api, namespace, name, next);
        }
        throw error;
    }
}
