import { ArgumentError } from "./errors.js";

/** Says whether a value is an object as JSON has them. */
export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What kind of thing a value is, for messages: never the value itself, which may be a secret.
 *
 * @returns such as `undefined`, `a number`, `a list`
 */
export function kindOf(value: unknown): string {
    if (value === undefined || value === null) {
        return String(value);
    }
    if (Array.isArray(value)) {
        return "a list";
    }
    const type = typeof value;
    return type === "object" ? "an object" : `a ${type}`;
}

function refuse(name: string, wanted: string, value: unknown): never {
    throw new ArgumentError(`${name} must be ${wanted}, it is ${kindOf(value)}`);
}

/** @throws {ArgumentError} unless `value` is a string */
export function requireText(value: unknown, name: string): asserts value is string {
    if (typeof value !== "string") {
        refuse(name, "text", value);
    }
}

/** @throws {ArgumentError} unless `value` is a function */
export function requireFunction(value: unknown, name: string): void {
    if (typeof value !== "function") {
        refuse(name, "a function", value);
    }
}

/** @throws {ArgumentError} unless `value` is true or false */
export function requireBoolean(value: unknown, name: string): void {
    if (typeof value !== "boolean") {
        refuse(name, "true or false", value);
    }
}

/** @throws {ArgumentError} unless `value` is bytes */
export function requireBytes(value: unknown, name: string): asserts value is Uint8Array {
    if (!(value instanceof Uint8Array)) {
        refuse(name, "bytes (Buffer or Uint8Array)", value);
    }
}

/** @throws {ArgumentError} unless `value` is bytes or a string */
export function requireDocument(value: unknown, name: string): asserts value is Uint8Array | string {
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
        refuse(name, "text or bytes", value);
    }
}

/** PEM as node:tls takes it, one or with `list` several. @throws {ArgumentError} */
export function requirePem(value: unknown, name: string, list = false): void {
    const each: readonly unknown[] = list && Array.isArray(value) ? value : [value];
    if (!each.every((one) => typeof one === "string" || Buffer.isBuffer(one))) {
        refuse(name, `PEM in text or a Buffer${list ? ", or a list of such" : ""}`, value);
    }
}

/** @throws {ArgumentError} unless `value` is an object, whichever */
export function requireObject(value: unknown, name: string): asserts value is object {
    if (typeof value !== "object" || value === null) {
        refuse(name, "an object", value);
    }
}

/** Checks an object of options; absent ones are fine. @throws {ArgumentError} */
export function requireOptions(value: unknown, name: string): void {
    if (value !== undefined && (typeof value !== "object" || value === null || Array.isArray(value))) {
        refuse(name, "an object", value);
    }
}

/**
 * Refuses members of an object of options that nothing reads: one that is misspelt would be missing in silence.
 *
 * @throws {ArgumentError}
 */
export function requireNames(value: unknown, known: readonly string[], name: string): void {
    requireOptions(value, name);
    const others = Object.entries(value ?? {}).filter(([key, of]) => of !== undefined && !known.includes(key));
    if (others.length > 0) {
        throw new ArgumentError(
            `${name} has ${others.map(([key]) => key).join(", ")}; it may have ${known.join(", ")}`,
        );
    }
}

/**
 * @param type a class; one of another copy of this package counts where the class says so by a brand
 * @throws {ArgumentError} unless `value` is an instance
 */
export function requireInstance<T>(
    value: unknown,
    type: { readonly name: string; readonly prototype: T; [Symbol.hasInstance](value: unknown): boolean },
    name: string,
): asserts value is T {
    if (!type[Symbol.hasInstance](value)) {
        refuse(name, `a ${type.name}`, value);
    }
}

/** @throws {ArgumentError} unless `value` has all of these methods */
export function requireMethods(value: unknown, methods: readonly string[], name: string, wanted: string): void {
    const object = typeof value === "object" && value !== null ? value : {};
    if (!methods.every((method) => typeof Reflect.get(object, method) === "function")) {
        refuse(name, `${wanted} (with ${methods.map((method) => `${method}()`).join(", ")})`, value);
    }
}

/** Every element of something that can be gone through, each to be checked. @throws {ArgumentError} */
export function requireList(value: unknown, name: string): readonly unknown[] {
    if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) {
        return refuse(name, "a list", value);
    }
    return [...(value as Iterable<unknown>)];
}

/** A `Date` that is a moment. @throws {ArgumentError} */
export function requireDate(value: unknown, name: string): void {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
        refuse(name, "a valid Date", value);
    }
}

/** A finite number of at least `min`. @throws {ArgumentError} */
export function requireNumber(value: unknown, name: string, min: number): void {
    if (typeof value !== "number" || !Number.isFinite(value) || value < min) {
        throw new ArgumentError(
            `${name} must be a finite number from ${min} on, it is ${typeof value === "number" ? value : kindOf(value)}`,
        );
    }
}

/** One of a few words. @throws {ArgumentError} */
export function requireOneOf(value: unknown, allowed: readonly string[], name: string): void {
    if (typeof value !== "string" || !allowed.includes(value)) {
        refuse(name, `one of ${allowed.join(", ")}`, value);
    }
}

/**
 * The audiences of a token as a list: one given as a string is one audience, never its letters.
 *
 * @throws {ArgumentError} unless there is at least one, and each is text that isn't empty
 */
export function readAudience(value: unknown, name = "audience"): readonly [string, ...string[]] {
    const list = typeof value === "string" ? [value] : Array.isArray(value) ? (value as readonly unknown[]) : [];
    const [first, ...others] = list.filter((entry): entry is string => typeof entry === "string" && entry !== "");
    if (first === undefined || others.length + 1 < list.length) {
        return refuse(name, "text or a list of at least one text, none of them empty", value);
    }
    return [first, ...others];
}
