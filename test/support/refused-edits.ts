import { strict as assert } from "node:assert";

import { editText } from "../../hardening/fix/edit";
import { EditRefused } from "../../hardening/fix/place";
import type { PatchOperation } from "../../policies/kubernetes/path";

/** An edit that can't be done, and the words of the refusal. */
export type RefusedEdit = readonly [what: string, text: string, operation: PatchOperation, reason: string];

/** A test for each edit that must be refused. */
export function refusesEdits(edits: readonly RefusedEdit[]): void {
    for (const [what, text, operation, reason] of edits) {
        it(`refuses ${what}`, () => {
            assert.throws(
                () => editText(text, 0, [operation]),
                (error) => error instanceof EditRefused && error.message === reason,
            );
        });
    }
}
