import type { Registration, Wire } from "./registration";
import { isUnknown, secretValue } from "./registration";
import { UnknownValueError } from "../../../policies/kubernetes/unknown";

/** What stands in a report in a secret's place. */
export const SECRET_MARKER = "[secret]";

/** A registration's inputs as controls see them, and what must not leave the process. */
export interface Unwrapped {
    /** Plain values. Reading an unknown one throws `UnknownValueError`. */
    readonly props: Readonly<Record<string, unknown>>;
    /** Every text that stands inside a value marked secret. */
    readonly secrets: ReadonlySet<string>;
}

/** Removes the engine's markers: a secret becomes its value and is remembered, an unknown throws when it is read. */
export function unwrap(inputs: Registration["inputs"]): Unwrapped {
    const secrets = new Set<string>();
    const found = { unknown: false };
    const props = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [name, plain(value, false, secrets, found)]),
    );
    return { props: found.unknown ? guarded(props, []) : props, secrets };
}

function plain(value: Wire, secret: boolean, secrets: Set<string>, found: { unknown: boolean }): unknown {
    if (typeof value === "string") {
        if (isUnknown(value)) {
            found.unknown = true;
        } else if (secret) {
            secrets.add(value);
        }
        return value;
    }
    if (typeof value === "number") {
        if (secret) {
            secrets.add(String(value));
        }
        return value;
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (Array.isArray(value)) {
        return value.map((item: Wire) => plain(item, secret, secrets, found));
    }
    const inner = secretValue(value);
    return inner === undefined
        ? Object.fromEntries(
              Object.entries(value as Readonly<Record<string, Wire>>).map(([name, item]) => [
                  name,
                  plain(item, secret, secrets, found),
              ]),
          )
        : plain(inner, true, secrets, found);
}

/** Wraps a value so that reading an unknown part of it throws, as the engine's own policy host does. */
function guarded<T extends object>(target: T, path: readonly (string | symbol)[]): T {
    return new Proxy(target, {
        get(object, property) {
            const value: unknown = Reflect.get(object, property);
            const here = [...path, property];
            if (isUnknown(value)) {
                throw new UnknownValueError(here);
            }
            // Methods of arrays must stay what they are; only the data is guarded.
            return typeof value === "object" && value !== null ? guarded(value, here) : value;
        },
    });
}

/** Shorter texts are words of every sentence; a secret of three characters protects nothing either. */
const SHORTEST_SECRET = 4;

/** Replaces every secret that a text contains, the longest first, so that none is left in parts. */
export function scrub(text: string, secrets: ReadonlySet<string>): string {
    return [...secrets]
        .filter((secret) => secret.length >= SHORTEST_SECRET)
        .sort((a, b) => b.length - a.length)
        .reduce((scrubbed, secret) => scrubbed.replaceAll(secret, SECRET_MARKER), text);
}
