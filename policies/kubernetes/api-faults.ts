import { suggestion } from "../text";
import type { Field, Form } from "./api";
import { fieldsOf, isIn, isOffByDefault, valuesOf } from "./api";
import type { Body } from "./kube";
import { isObj } from "./kube";
import { ifKnown } from "./unknown";

/** A field that the API server would refuse, or would drop without a word. */
export interface ApiFault {
    readonly path: string;
    /** What is wrong, to stand behind the path. It names no value. */
    readonly problem: string;
}

const QUANTITY = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;
/** What is filled in, decrypted or replaced before the object is applied. */
export const PLACEHOLDER = /\$\{|\{\{|ENC\[|^\$\(|^<[^<>]+>$|^ref\+/;
const INT32 = 2 ** 31;

/**
 * What is wrong with an object's fields by a type of the built-in API in a minor release of Kubernetes: names that the type
 * does not have there or has by a feature gate that is off, and values of another form. Null stands for a field that is not
 * set; what is unknown before deployment is passed over.
 */
export function* typeFaults(type: number, value: unknown, path: string, minor: number): Iterable<ApiFault> {
    if (value === null || value === undefined) {
        return;
    }
    if (!isObj(value)) {
        yield { path: trimmed(path), problem: `is ${nameOf(value)}, not an object` };
        return;
    }
    const fields = fieldsOf(type);
    for (const key of Object.keys(value)) {
        const field = fields.get(key);
        const item = ifKnown(() => value[key]);
        if (field === undefined || item === null) {
            if (field === undefined) {
                const names = [...fields].flatMap(([name, known]) => (isIn(known, minor) ? [name] : []));
                const problem = `is no field that the API has there${suggestion(key, names)}`;
                yield { path: fieldPath(path, key), problem };
            }
            continue;
        }
        const problem = problemOfRelease(field, minor);
        if (problem !== undefined) {
            yield { path: fieldPath(path, key), problem };
        }
        if (item !== undefined) {
            yield* formFaults(field.form, item, fieldPath(path, key), minor);
        }
    }
    if (fields.has("operator") && fields.has("values")) {
        yield* requirementFaults(value, path);
    }
}

/** Why a minor release of Kubernetes would drop a field; undefined where it has the field. */
function problemOfRelease(field: Field, minor: number): string | undefined {
    const { since, until, gate } = field;
    if (!isIn(field, minor)) {
        return minor < since
            ? `is a field since v1.${since}, and v1.${minor} has none of that name`
            : `was a field before v1.${until}, and v1.${minor} has none of that name`;
    }
    return gate !== undefined && isOffByDefault(gate, minor)
        ? `needs the feature gate ${gate}, which is off by default in v1.${minor}: without it the API server drops the field`
        : undefined;
}

/** How many values the operator of a requirement takes (apimachinery, ValidateLabelSelectorRequirement, and the core API's). */
const VALUES: Readonly<Record<string, { readonly fits: (count: number) => boolean; readonly takes: string }>> = {
    In: { fits: (count) => count > 0, takes: "at least one value" },
    NotIn: { fits: (count) => count > 0, takes: "at least one value" },
    Exists: { fits: (count) => count === 0, takes: "no values" },
    DoesNotExist: { fits: (count) => count === 0, takes: "no values" },
    Gt: { fits: (count) => count === 1, takes: "exactly one value" },
    Lt: { fits: (count) => count === 1, takes: "exactly one value" },
};

/** What is wrong with a requirement of a selector by its operator, which the fields alone don't say. */
function* requirementFaults(value: Body, path: string): Iterable<ApiFault> {
    const operator = ifKnown(() => value["operator"]);
    const values = ifKnown(() => value["values"] ?? []);
    const rule = typeof operator === "string" && Object.hasOwn(VALUES, operator) ? VALUES[operator] : undefined;
    if (rule !== undefined && Array.isArray(values) && !rule.fits(values.length)) {
        const problem = `has ${values.length} items, but ${String(operator)} takes ${rule.takes}`;
        yield { path: fieldPath(path, "values"), problem };
    }
}

function* formFaults(form: Form, value: unknown, path: string, minor: number): Iterable<ApiFault> {
    const code = form.charAt(0);
    if (code === "*") {
        yield* listFaults(form.slice(1), value, path, minor);
    } else if (code === "%") {
        yield* mapFaults(form.slice(1), value, path, minor);
    } else if (code >= "0" && code <= "9") {
        yield* typeFaults(Number(form), value, `${path}.`, minor);
    } else if (typeof value !== "string" || !PLACEHOLDER.test(value)) {
        const expected = EXPECTED[code];
        if (expected !== undefined && !expected.fits(value)) {
            yield { path, problem: `is ${nameOf(value)}, not ${expected.name}` };
        } else if (code === "e") {
            yield* enumerationFaults(Number(form.slice(1)), value, path, minor);
        }
    }
}

/** A value that is none of those that an enumeration has; an empty one stands for the default. */
function* enumerationFaults(enumeration: number, value: unknown, path: string, minor: number): Iterable<ApiFault> {
    const values = valuesOf(enumeration, minor).filter((one) => one !== "");
    if (value !== "" && !values.some((one) => one === value)) {
        yield { path, problem: `is none of ${values.join(", ")}` };
    }
}

function* listFaults(form: Form, value: unknown, path: string, minor: number): Iterable<ApiFault> {
    if (!Array.isArray(value)) {
        yield { path, problem: `is ${nameOf(value)}, not a list` };
        return;
    }
    for (let index = 0; index < value.length; index++) {
        const item: unknown = ifKnown(() => value[index] as unknown);
        if (item !== undefined && item !== null) {
            yield* formFaults(form, item, `${path}[${index}]`, minor);
        }
    }
}

function* mapFaults(form: Form, value: unknown, path: string, minor: number): Iterable<ApiFault> {
    if (!isObj(value)) {
        yield { path, problem: `is ${nameOf(value)}, not an object` };
        return;
    }
    for (const key of Object.keys(value)) {
        const item = ifKnown(() => value[key]);
        if (item !== undefined && item !== null) {
            yield* formFaults(form, item, fieldPath(`${path}.`, key), minor);
        }
    }
}

interface Expected {
    readonly name: string;
    readonly fits: (value: unknown) => boolean;
}

const isText = (value: unknown) => typeof value === "string";
const isWhole = (value: unknown) => Number.isInteger(value);

/** Go's base64.StdEncoding, which passes over line breaks and needs the padding. */
function isBase64(text: string): boolean {
    const plain = text.replace(/[\r\n]/g, "");
    return plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain);
}

const EXPECTED: Readonly<Record<string, Expected>> = {
    s: { name: "a text", fits: isText },
    e: { name: "a text", fits: isText },
    b: { name: "true or false", fits: (value) => typeof value === "boolean" },
    i: {
        name: "a whole number of 32 bits",
        fits: (value) => isWhole(value) && (value as number) >= -INT32 && (value as number) < INT32,
    },
    l: { name: "a whole number", fits: isWhole },
    n: { name: "a number", fits: (value) => typeof value === "number" },
    q: {
        name: "a quantity such as 500m or 2Gi",
        fits: (value) => typeof value === "number" || (typeof value === "string" && QUANTITY.test(value)),
    },
    o: { name: "a whole number or a text", fits: (value) => isText(value) || isWhole(value) },
    t: { name: "a time such as 2026-01-31T12:00:00Z", fits: (value) => typeof value === "string" && TIME.test(value) },
    d: { name: "a duration such as 1h30m", fits: isText },
    y: { name: "base64", fits: (value) => typeof value === "string" && isBase64(value) },
};

/** The kind of a value in words. */
export function nameOf(value: unknown): string {
    if (Array.isArray(value)) {
        return "a list";
    }
    return { string: "a text", number: "a number", boolean: "a boolean" }[typeof value as string] ?? "an object";
}

function trimmed(path: string): string {
    return path.replace(/\.$/, "");
}

/** The path of a field below a prefix that ends in a full stop or is empty. */
export function fieldPath(prefix: string, key: string): string {
    return /^[^.[\]"]+$/.test(key) ? `${prefix}${key}` : `${trimmed(prefix)}[${JSON.stringify(key)}]`;
}
