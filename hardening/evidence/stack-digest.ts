import { createHash } from "node:crypto";

import type { Registration, Wire } from "../sources/program/registration";
import { secretValue } from "../sources/program/registration";
import { SECRET_MARKER } from "../sources/program/values";

/**
 * The SHA-256 of what a stack's program makes, in hexadecimal: of the name, type and inputs of each resource. It does not
 * depend on the order in which they are registered. Secrets count as secrets, whatever they are: nobody can guess one by it.
 */
export function stackDigest(registrations: readonly Registration[]): string {
    const lines = registrations
        .filter(({ custom }) => custom)
        .map(({ urn, inputs }) => JSON.stringify([urn, ordered(inputs)]))
        .sort();
    return createHash("sha256").update(lines.join("\n")).digest("hex");
}

function ordered(value: Wire): Wire {
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (Array.isArray(value)) {
        return value.map((item: Wire) => ordered(item));
    }
    return secretValue(value) !== undefined
        ? SECRET_MARKER
        : Object.fromEntries(
              Object.entries(value)
                  .sort(([a], [b]) => (a < b ? -1 : 1))
                  .map(([name, item]) => [name, ordered(item)]),
          );
}
