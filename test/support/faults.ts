import assert from "node:assert/strict";

import { InputError } from "../../policies/engine/input";
import type { Schema } from "../../policies/engine/schema";

/** What a schema makes of a value that messages call `it`. */
export function readBy<T>(
    schema: Schema<T>,
    value: unknown,
): { readonly value: T; readonly faults: readonly string[] } {
    const faults: string[] = [];
    return { value: schema.read(value, "it", faults), faults };
}

/** What a schema finds wrong with a value that messages call `it`. */
export function schemaFaults(schema: Schema<unknown>, value: unknown): readonly string[] {
    return readBy(schema, value).faults;
}

/** The faults for which an input is refused; none where it is taken. Fails where something else goes wrong. */
export function inputFaults(read: () => unknown): readonly string[] {
    try {
        read();
        return [];
    } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        assert.equal(error.name, "InputError");
        assert.equal(error.message, error.faults.join("\n"));
        return error.faults;
    }
}
