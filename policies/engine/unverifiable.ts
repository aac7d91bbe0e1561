// eslint-disable-next-line no-restricted-imports -- what is looked for is in no type, so it can't be imported by name
import * as sdk from "@pulumi/policy";

import type { UnknownValue } from "../kubernetes/unknown";

/** The engine tells "can't say" from a defect by this class, which the SDK exports and leaves out of its types. */
const { UnknownValueError } = sdk as unknown as { readonly UnknownValueError: { readonly prototype: object } };

/**
 * What to throw so that the engine says of a policy that it can't tell, as an advisory, and goes on; it takes any other error
 * for a defect of the pack and fails the whole preview.
 * @param unknown all that the policy could not tell of, at least one
 */
export function unverifiable(unknown: readonly UnknownValue[]): Error {
    const message = [...new Set(unknown.map((error) => error.message))].join("\n");
    return Object.setPrototypeOf(new Error(message), UnknownValueError.prototype) as Error;
}
