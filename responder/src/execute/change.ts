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
                ...(isFields(metadata) ? metadata : {}),
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

interface Fields {
    readonly [key: string]: Json;
}

function isFields(value: Json | undefined): value is Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a record that an action itself wrote. @throws TypeError where it is none */
export function fieldsOf(prepared: Json): Fields {
    if (!isFields(prepared)) {
        throw damaged();
    }
    return prepared;
}

function damaged(): TypeError {
    return new TypeError("the undo record is damaged");
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

/** Text that a record can't do without. @throws TypeError where it lacks it */
export function requiredText(prepared: Json, key: string): string {
    const value = textField(prepared, key);
    if (value === undefined) {
        throw damaged();
    }
    return value;
}
