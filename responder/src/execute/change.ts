import type { KubernetesApi, KubernetesObject, ObjectRef } from "../kubernetes/objects.js";
import { isApiError } from "../kubernetes/objects.js";
import type { Json } from "../model.js";

/** Patches that lost a race are made anew from the object as it is now; so often. */
const ATTEMPTS = 5;

/**
 * Patches an object as it is now: `patchFor` sees it, and answers undefined where nothing has to be done. Somebody else's change in
 * between is seen and taken up, never overwritten.
 *
 * @param uid where given, another object of the same name counts as gone
 * @returns the object as it is afterwards; undefined when it isn't there
 */
export async function change(
    api: KubernetesApi,
    ref: ObjectRef,
    uid: string | undefined,
    patchFor: (object: KubernetesObject) => { readonly [field: string]: Json | undefined } | undefined,
): Promise<KubernetesObject | undefined> {
    for (let attempt = 1; ; attempt++) {
        const object = await api.get(ref);
        if (object === undefined || (uid !== undefined && object.metadata.uid !== uid)) {
            return undefined;
        }
        const patch = patchFor(object);
        if (patch === undefined) {
            return object;
        }
        const metadata = patch["metadata"];
        const { resourceVersion } = object.metadata;
        const versioned = {
            ...patch,
            metadata: {
                ...(typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? metadata : {}),
                ...(resourceVersion !== undefined && { resourceVersion }),
            },
        };
        try {
            return await api.patch(ref, versioned);
        } catch (error) {
            if (isApiError(error, "NotFound")) {
                return undefined;
            }
            if (!isApiError(error, "Conflict") || attempt === ATTEMPTS) {
                throw error;
            }
        }
    }
}

/** Reads a record that an action itself wrote. */
export function fieldsOf(prepared: Json): { readonly [key: string]: Json } {
    if (typeof prepared !== "object" || prepared === null || Array.isArray(prepared)) {
        throw new TypeError("the undo record is damaged");
    }
    return prepared as { readonly [key: string]: Json };
}

/** Text to text, as labels are, out of a record. */
export function textMap(value: Json | undefined): Readonly<Record<string, string>> {
    return Object.fromEntries(
        Object.entries(fieldsOf(value ?? {})).filter(
            (entry): entry is [string, string] => typeof entry[1] === "string",
        ),
    );
}

/** Text out of a record. */
export function textField(prepared: Json, key: string): string | undefined {
    const value = fieldsOf(prepared)[key];
    return typeof value === "string" ? value : undefined;
}
