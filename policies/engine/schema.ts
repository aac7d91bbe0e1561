import { isObj } from "../kubernetes/kube";
import { suggestion } from "../text";

/**
 * Typed readers for whatever people and tools write: settings, waivers, configuration, checklist, reports. A reader never
 * throws: it records each fault with the path of the value, so that a person sees every mistake at once. What it returns is
 * only meaningful when no fault was recorded. A path that ends with a colon is that of a file, as in `waivers.yaml:`.
 */
export interface Schema<T, I = unknown> {
    /** Reads `value`, which stands at `path`; `undefined` means it is absent. */
    read(value: unknown, path: string, faults: string[]): T;
    /** What is allowed, as it reads after "must be". */
    readonly expected: string;
    /** How the value is made up, for whoever describes it. */
    readonly form: Form;
    /** What stands for an absent value; `null` where its absence means something itself. A schema without it asks for a value. */
    readonly absent?: { readonly value: unknown };
    /** For the type checker only, and never set: what may be given, with fields left out that have a default. */
    readonly given?: I;
}

/** The parts of a value. */
export type Form =
    | {
          readonly kind: "value";
          /** What a reader of JSON Schema may be told of it; left out where that is not the whole truth. */
          readonly told?: Told;
      }
    | { readonly kind: "list" | "map"; readonly item: Schema<unknown> }
    | { readonly kind: "object"; readonly fields: Fields }
    | { readonly kind: "union"; readonly tag: string; readonly variants: Readonly<Record<string, Fields>> };

/** What JSON Schema says of a value. */
export type Told =
    | { readonly type: "string" | "number" | "integer" | "boolean" }
    | { readonly enum: readonly (string | number | boolean)[] };

/** The type a schema yields. */
export type Read<S> = S extends Schema<infer T> ? T : never;

/** The type a schema takes: like {@link Read}, without what has a default. */
export type Given<S> = S extends Schema<unknown, infer I> ? I : never;

export type Fields = Readonly<Record<string, Schema<unknown>>>;

type ReadFields<F extends Fields> = { readonly [K in keyof F]: Read<F[K]> };

/** The fields of an object that may be left out are those that take `undefined`. */
type GivenFields<F extends Fields> = {
    readonly [K in keyof F as undefined extends Given<F[K]> ? never : K]: Given<F[K]>;
} & { readonly [K in keyof F as undefined extends Given<F[K]> ? K : never]?: Given<F[K]> };

/** What the parts of a value are read from: nothing where the value as a whole has a fault. */
type Whole<T> = Schema<T | undefined>;

/** A value of one piece. `read` yields `undefined` for what does not fit. */
export function scalar<T>(expected: string, read: (value: unknown) => T | undefined, told?: Told): Schema<T, T> {
    return {
        expected,
        form: { kind: "value", ...(told && { told }) },
        read(value, path, faults) {
            const result = value === undefined ? undefined : read(value);
            if (result === undefined) {
                faults.push(misfit(value, path, expected));
            }
            return result as T;
        },
    };
}

function misfit(value: unknown, path: string, expected: string): string {
    return value === undefined
        ? `${path} is missing; it must be ${expected}`
        : `${path} must be ${expected}, found ${found(value)}`;
}

/** A word, a number or a short name as somebody mistypes it; a key, a token or an address with a password is none. */
const HARMLESS = /^(?!(?:.*\d[A-Za-z]){3})[\w .:/*+-]{0,40}$/;

/** A value as a message may show it: of what could be a secret, and of what is long, only the kind. */
function found(value: unknown): string {
    if (Array.isArray(value)) {
        return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
    }
    if (typeof value === "string" && !HARMLESS.test(value)) {
        return `a text of ${value.length} characters`;
    }
    return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
}

/** The path of a field: that of one in a file is behind a colon. */
function below(path: string, field: string): string {
    return path.endsWith(":") ? `${path} ${field}` : `${path}.${field}`;
}

/** A text that is not empty; `pattern` and what it means narrow it. */
export function text(expected = "a text that is not empty", pattern = /\S/): Schema<string, string> {
    return scalar(expected, (value) => (typeof value === "string" && pattern.test(value) ? value : undefined), {
        type: "string",
    });
}

/** One of some words. */
export function oneOf<const T extends string>(...words: readonly T[]): Schema<T, T> {
    return scalar(`one of ${words.join(", ")}`, (value) => words.find((word) => word === value), { enum: words });
}

/** Any text, even an empty one. */
export const anyText = scalar("a text", (value) => (typeof value === "string" ? value : undefined));

/** A number. */
export const number = scalar("a number", (value) => (typeof value === "number" ? value : undefined));

/** A flag that is set, or left out: to say `false` would only be another way to say nothing. */
export const flag = scalar("true or be left out", (value) => (value === true ? value : undefined));

/** Whatever it is, it is passed on as it stands. */
export const anything: Schema<unknown> = { expected: "anything", form: { kind: "value" }, read: (value) => value };

export function boolean(): Schema<boolean, boolean> {
    return scalar("true or false", (value) => (typeof value === "boolean" ? value : undefined), { type: "boolean" });
}

/** This value and no other, such as the version of a form. */
export function exactly<const T extends number | string>(wanted: T): Schema<T, T> {
    return scalar(String(wanted), (value) => (value === wanted ? wanted : undefined));
}

/** A whole number within bounds, both inclusive. */
export function integer(minimum = -Infinity, maximum = Infinity): Schema<number, number> {
    const range = [
        ...(minimum === -Infinity ? [] : [maximum === Infinity ? ` of at least ${minimum}` : ` from ${minimum}`]),
        ...(maximum === Infinity ? [] : [` to ${maximum}`]),
    ];
    return scalar(`a whole number${range.join("")}`, (value) =>
        Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum
            ? (value as number)
            : undefined,
    );
}

/** A list of which every item fits. */
export function listOf<T, I>(item: Schema<T, I>, minimum = 0): Schema<readonly T[], readonly I[]> {
    const expected = minimum === 0 ? "a list" : `a list of at least ${minimum}`;
    const outer: Whole<readonly unknown[]> = scalar(expected, (value) =>
        Array.isArray(value) && value.length >= minimum ? value : undefined,
    );
    return {
        expected,
        form: { kind: "list", item },
        read: (value, path, faults) =>
            (outer.read(value, path, faults) ?? []).map((entry, index) =>
                item.read(entry, `${path}[${index}]`, faults),
            ),
    };
}

/** A map from free names to values of one kind. */
export function mapOf<T, I>(item: Schema<T, I>): Schema<Readonly<Record<string, T>>, Readonly<Record<string, I>>> {
    const outer: Whole<Readonly<Record<string, unknown>>> = scalar("an object", asObject);
    return {
        expected: "an object",
        form: { kind: "map", item },
        read: (value, path, faults) =>
            Object.fromEntries(
                Object.entries(outer.read(value, path, faults) ?? {}).map(([name, entry]) => [
                    name,
                    item.read(entry, below(path, name), faults),
                ]),
            ),
    };
}

/** How many fields a message lists. */
const LISTED = 20;

/** An object of exactly these fields; an unknown one is a fault. */
export function object<F extends Fields>(fields: F): Schema<ReadFields<F>, GivenFields<F>> {
    const known = Object.keys(fields);
    const parts = partOf(fields);
    return {
        ...parts,
        read(value, path, faults) {
            for (const name of Object.keys(isObj(value) ? value : {}).filter((one) => !Object.hasOwn(fields, one))) {
                const list =
                    known.length > LISTED ? "" : `; ${known.length === 0 ? "none is" : `known: ${known.join(", ")}`}`;
                faults.push(`${below(path, name)} is not known${suggestion(name, known) || list}`);
            }
            return parts.read(value, path, faults);
        },
    };
}

/**
 * An object of which only these fields are read. For reports that tools write, which get more fields in the course of time;
 * what people write is read by {@link object}.
 */
export function partOf<F extends Fields>(fields: F): Schema<ReadFields<F>, GivenFields<F>> {
    const known = Object.keys(fields);
    const expected = known.length > LISTED || known.length === 0 ? "an object" : `an object with ${known.join(", ")}`;
    const outer: Whole<Readonly<Record<string, unknown>>> = scalar(expected, asObject);
    return {
        expected,
        form: { kind: "object", fields },
        read(value, path, faults) {
            const source = outer.read(value, path, faults);
            if (source === undefined) {
                return undefined as never;
            }
            const entries = Object.entries(fields).map(([name, field]) => [
                name,
                field.read(Object.hasOwn(source, name) ? source[name] : undefined, below(path, name), faults),
            ]);
            return Object.fromEntries(entries) as ReadFields<F>;
        },
    };
}

/** One of several shapes, told apart by the word in the field `tag`. */
export function union<V extends Readonly<Record<string, Fields>>, const T extends string>(
    tag: T,
    variants: V,
): Schema<
    { [K in keyof V]: { readonly [P in T]: K } & ReadFields<V[K]> }[keyof V],
    { [K in keyof V]: { readonly [P in T]: K } & GivenFields<V[K]> }[keyof V]
> {
    const names = Object.keys(variants);
    const choice: Whole<string> = oneOf(...names);
    const expected = `an object whose ${tag} is one of ${names.join(", ")}`;
    const outer: Whole<Readonly<Record<string, unknown>>> = scalar(expected, asObject);
    return {
        expected,
        form: { kind: "union", tag, variants },
        read(value, path, faults) {
            const source = outer.read(value, path, faults);
            const name = source && choice.read(source[tag], below(path, tag), faults);
            const fields = name === undefined ? undefined : variants[name];
            if (fields === undefined) {
                return undefined as never;
            }
            return object({ [tag]: choice, ...fields }).read(source, path, faults) as never;
        },
    };
}

/** The value may be absent, and is `undefined` then. */
export function optional<T, I>(inner: Schema<T, I>): Schema<T | undefined, I | undefined> {
    return {
        expected: inner.expected,
        form: inner.form,
        absent: { value: null },
        read: (value, path, faults) => (value === undefined ? undefined : inner.read(value, path, faults)),
    };
}

/** The value may be absent, and is `fallback` then. An object fallback of `{}` takes the defaults of its fields. */
export function withDefault<T, I>(inner: Schema<T, I>, fallback: NoInfer<I>): Schema<T, I | undefined> {
    return {
        expected: inner.expected,
        form: inner.form,
        absent: { value: fallback },
        read: (value, path, faults) => inner.read(value === undefined ? fallback : value, path, faults),
    };
}

/** An absent object is read as an empty one: where fields of it are required, the faults name those and not the object. */
export function orEmpty<T, I>(inner: Schema<T, I>): Schema<T, I> {
    return {
        expected: inner.expected,
        form: inner.form,
        read: (value, path, faults) => inner.read(value === undefined ? {} : value, path, faults),
    };
}

/** What `change` makes of a value that fits; one with a fault is not given to it. */
export function mapped<T, U, I>(inner: Schema<T, I>, change: (value: T) => U): Schema<U, I> {
    return {
        ...inner,
        given: undefined,
        read(value, path, faults) {
            const before = faults.length;
            const result = inner.read(value, path, faults);
            return faults.length === before ? change(result) : (undefined as never);
        },
    };
}

/** An object, or a short form that stands for one: what is no object is read by `short`, and `spelt` makes an object of it. */
export function orShort<T, I, S>(long: Schema<T, I>, short: Schema<S>, spelt: (value: S) => T): Schema<T, I | S> {
    const expected = `${short.expected}, or ${long.expected}`;
    return {
        expected,
        form: long.form,
        read(value, path, faults) {
            if (isObj(value)) {
                return long.read(value, path, faults);
            }
            const own: string[] = [];
            const given = short.read(value, path, own);
            if (own.length > 0) {
                faults.push(misfit(value, path, expected));
                return undefined as never;
            }
            return spelt(given);
        },
    };
}

/** Adds a rule to a schema: `check` returns what is wrong, as it reads after the path. */
export function refined<T, I>(inner: Schema<T, I>, check: (value: T) => string | undefined): Schema<T, I> {
    return {
        expected: inner.expected,
        form: inner.form,
        read(value, path, faults) {
            const before = faults.length;
            const result = inner.read(value, path, faults);
            const wrong = faults.length === before ? check(result) : undefined;
            if (wrong !== undefined) {
                faults.push(`${path} ${wrong}`);
            }
            return result;
        },
    };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
    return isObj(value) ? value : undefined;
}
