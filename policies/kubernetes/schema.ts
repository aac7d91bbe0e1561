import { isDeepStrictEqual } from "node:util";

import { suggestion } from "../text";
import type { ApiFault } from "./api-faults";
import { fieldPath, nameOf, PLACEHOLDER } from "./api-faults";
import type { Body } from "./kube";
import { isObj, list, obj, str, strings } from "./kube";
import { goPattern } from "./go-pattern";
import { FORMATS } from "./schema-formats";
import { isUnknownValueError } from "./unknown";

/** A fault by a schema. */
export interface SchemaFault extends ApiFault {
    /** It lies in what is not there, which a patch leaves as it is. */
    readonly needsWhole: boolean;
}

/** Stands for a value that is unknown before deployment, or is filled in before the object is applied. */
const LATER = Symbol("later");

/** Fields that every object has and that no definition describes. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** What the API server makes of a value before it validates it. */
export interface Completed {
    readonly value: unknown;
    /** The fields that it drops, since the schema does not have them. */
    readonly dropped: readonly ApiFault[];
}

/**
 * A custom resource as the API server sees it once it has taken out what its structural schema does not have, and nulls where
 * none may be, and has filled in the defaults.
 */
export function completed(schema: Body, value: Body, prefix: string): Completed {
    const dropped: ApiFault[] = [];
    const root = { ...schema, "x-kubernetes-embedded-resource": true };
    return { value: withDefaults(root, complete(root, value, prefix, dropped)), dropped };
}

/** The schema of a field of an object; undefined where there is none. */
export function schemaOf(schema: Body, key: string): Body | undefined {
    const properties = obj(schema["properties"]);
    const found = Object.hasOwn(properties, key) ? properties[key] : schema["additionalProperties"];
    return isObj(found) ? found : undefined;
}

function complete(schema: Body | undefined, value: unknown, prefix: string, dropped: ApiFault[]): unknown {
    if (typeof value === "string") {
        return PLACEHOLDER.test(value) ? LATER : value;
    }
    if (Array.isArray(value)) {
        const items = isObj(schema?.["items"]) ? schema["items"] : undefined;
        const path = prefix.replace(/\.$/, "");
        return value.map((_, index) => {
            const item = known(() => value[index] as unknown);
            return complete(
                keepsAll(schema) ? { ...items, [KEEPS_ALL]: true } : items,
                item,
                `${path}[${index}].`,
                dropped,
            );
        });
    }
    return isObj(value) ? completeObject(schema, value, prefix, dropped) : value;
}

function known(read: () => unknown): unknown {
    try {
        return read();
    } catch (error) {
        if (isUnknownValueError(error)) {
            return LATER;
        }
        throw error;
    }
}

/** What a schema says to keep the fields that it does not have; of a list, to keep those of its items. */
const KEEPS_ALL = "x-kubernetes-preserve-unknown-fields";
const keepsAll = (schema: Body | undefined) => schema?.[KEEPS_ALL] === true;

function completeObject(schema: Body | undefined, value: Body, prefix: string, dropped: ApiFault[]): unknown {
    const kept: Record<string, unknown> = {};
    const properties = obj(schema?.["properties"]);
    for (const key of Object.keys(value)) {
        const item = known(() => value[key]);
        const field = schema === undefined ? undefined : schemaOf(schema, key);
        if (schema?.["x-kubernetes-embedded-resource"] === true && OWN_FIELDS.has(key)) {
            kept[key] = item;
        } else if (field === undefined && keepsAll(schema)) {
            kept[key] = item;
        } else if (field === undefined && (schema?.["additionalProperties"] ?? false) === false) {
            const problem = `is no field that the definition has there${suggestion(key, Object.keys(properties))}`;
            dropped.push({ path: fieldPath(prefix, key), problem });
        } else if (item !== undefined && !(item === null && isNever(field) && field?.["default"] === undefined)) {
            kept[key] = complete(field, item, `${fieldPath(prefix, key)}.`, dropped);
        }
    }
    return kept;
}

/** Null is no value of the schema. */
const isNever = (schema: Body | undefined) => schema !== undefined && schema["nullable"] !== true;

function withDefaults(schema: Body | undefined, value: unknown): unknown {
    if (schema === undefined) {
        return value;
    }
    if (Array.isArray(value)) {
        const items = isObj(schema["items"]) ? schema["items"] : undefined;
        return value.map((item: unknown) => withDefaults(items, item === null ? orDefault(items) : item));
    }
    if (!isObj(value)) {
        return value;
    }
    const filled: Record<string, unknown> = { ...value };
    for (const [key, field] of Object.entries(obj(schema["properties"]))) {
        if (isObj(field) && field["default"] !== undefined && (!Object.hasOwn(value, key) || value[key] === null)) {
            filled[key] = Object.hasOwn(value, key) && !isNever(field) ? null : field["default"];
        }
    }
    return Object.fromEntries(
        Object.entries(filled).map(([key, item]) => {
            const field = schemaOf(schema, key);
            return [key, withDefaults(field, item === null && isNever(field) ? orDefault(field) : item)];
        }),
    );
}

const orDefault = (schema: Body | undefined): unknown => (isNever(schema) ? (schema?.["default"] ?? null) : null);

const TYPES: Readonly<Record<string, { readonly name: string; readonly fits: (value: unknown) => boolean }>> = {
    object: { name: "an object", fits: isObj },
    array: { name: "a list", fits: Array.isArray },
    string: { name: "a text", fits: (value) => typeof value === "string" },
    boolean: { name: "true or false", fits: (value) => typeof value === "boolean" },
    integer: { name: "a whole number", fits: Number.isInteger },
    number: { name: "a number", fits: (value) => typeof value === "number" },
};
const EITHER = {
    name: "a whole number or a text",
    fits: (value: unknown) => typeof value === "string" || Number.isInteger(value),
};

function typeOf(schema: Body) {
    const type = str(schema["type"]);
    return schema["x-kubernetes-int-or-string"] === true
        ? EITHER
        : Object.hasOwn(TYPES, type)
          ? TYPES[type]
          : undefined;
}

/**
 * What is wrong with a completed value by a schema of a definition (OpenAPI v3 as apiextensions has it).
 *
 * @throws UnreadablePattern where a pattern of the schema has no equal here.
 */
export function* schemaFaults(schema: Body, value: unknown, path: string): Iterable<SchemaFault> {
    if (value === LATER) {
        return;
    }
    const fault = (problem: string, needsWhole = false) => ({ path, problem, needsWhole });
    const type = typeOf(schema);
    if (value === null && type !== undefined && schema["nullable"] !== true) {
        yield fault(`is null, not ${type.name}`);
        return;
    }
    if (type !== undefined && value !== null && !type.fits(value)) {
        yield fault(`is ${nameOf(value)}, not ${type.name}`);
        return;
    }
    const allowed = schema["enum"];
    if (Array.isArray(allowed) && !allowed.some((one) => isOne(one, value))) {
        const names = allowed.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
        yield fault(`is none of ${names.join(", ")}`);
        return;
    }
    if (value === null) {
        return;
    }
    if (typeof value === "string") {
        yield* textProblems(schema, value).map((problem) => fault(problem));
    } else if (typeof value === "number") {
        yield* numberProblems(schema, value).map((problem) => fault(problem));
    } else if (Array.isArray(value)) {
        yield* listFaults(schema, value, path);
    } else if (isObj(value)) {
        yield* objectFaults(schema, value, path);
    }
    yield* alternatives(schema, value, path);
}

/** As the API server compares: by the type of the listed value, so that a fraction counts as the whole number below it. */
function isOne(listed: unknown, value: unknown): boolean {
    const isWhole = typeof value === "number" && Number.isInteger(listed);
    return isDeepStrictEqual(listed, isWhole ? Math.trunc(value) : value);
}

const count = (schema: Body, limit: string): number | undefined =>
    typeof schema[limit] === "number" ? schema[limit] : undefined;

function* boundProblems(schema: Body, what: string, actual: number, unit: string): Iterable<[string, boolean]> {
    const least = count(schema, `min${what}`);
    const most = count(schema, `max${what}`);
    if (least !== undefined && actual < least) {
        yield [`has ${actual} ${unit}, fewer than ${least}`, true];
    }
    if (most !== undefined && actual > most) {
        yield [`has ${actual} ${unit}, more than ${most}`, false];
    }
}

function textProblems(schema: Body, value: string): string[] {
    const problems = [...boundProblems(schema, "Length", Array.from(value).length, "characters")].map(
        ([problem]) => problem,
    );
    const pattern = schema["pattern"];
    if (typeof pattern === "string" && pattern !== "" && !goPattern(pattern).test(value)) {
        problems.push(`does not match the pattern ${pattern}`);
    }
    const format = str(schema["format"]);
    if (Object.hasOwn(FORMATS, format) && FORMATS[format]?.fits(value) === false) {
        problems.push(`is not ${FORMATS[format].name}`);
    }
    return problems;
}

function numberProblems(schema: Body, value: number): string[] {
    const least = count(schema, "minimum");
    const most = count(schema, "maximum");
    const step = count(schema, "multipleOf");
    const problems: string[] = [];
    if (least !== undefined && (schema["exclusiveMinimum"] === true ? value <= least : value < least)) {
        problems.push(`is ${schema["exclusiveMinimum"] === true ? "not more" : "less"} than ${least}`);
    }
    if (most !== undefined && (schema["exclusiveMaximum"] === true ? value >= most : value > most)) {
        problems.push(`is ${schema["exclusiveMaximum"] === true ? "not less" : "more"} than ${most}`);
    }
    if (step !== undefined && !Number.isInteger(value / step)) {
        problems.push(`is no multiple of ${step}`);
    }
    if (schema["format"] === "int32" && (value < -(2 ** 31) || value >= 2 ** 31)) {
        problems.push("does not fit 32 bits");
    }
    return problems;
}

function* listFaults(schema: Body, value: readonly unknown[], path: string): Iterable<SchemaFault> {
    for (const [problem, needsWhole] of boundProblems(schema, "Items", value.length, "items")) {
        yield { path, problem, needsWhole };
    }
    const keys = strings(schema["x-kubernetes-list-map-keys"]);
    const seen = new Set<string>();
    const isSet = schema["x-kubernetes-list-type"] === "set" || schema["uniqueItems"] === true;
    for (const [index, item] of value.entries()) {
        const here = `${path}[${index}]`;
        if (isObj(schema["items"])) {
            yield* schemaFaults(schema["items"], item, here);
        }
        const isMap = schema["x-kubernetes-list-type"] === "map";
        const key = isMap ? keys.map((name) => obj(item)[name]) : isSet ? item : undefined;
        if ((isMap || isSet) && !holdsLater(key)) {
            const text = canonical(key);
            if (seen.has(text)) {
                yield {
                    path: here,
                    problem: `repeats an item${isMap ? ` by ${keys.join(", ")}` : ""}`,
                    needsWhole: false,
                };
            }
            seen.add(text);
        }
    }
}

/** Says whether some part of a completed value is filled in later. */
export function holdsLater(value: unknown): boolean {
    return value === LATER || (isObj(value) || Array.isArray(value) ? Object.values(value).some(holdsLater) : false);
}

/** A value as a text that is the same whatever the order of its fields. */
function canonical(value: unknown): string {
    return JSON.stringify(value, (_, item: unknown) =>
        isObj(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
    );
}

function* objectFaults(schema: Body, value: Body, path: string): Iterable<SchemaFault> {
    const prefix = path === "" ? "" : `${path}.`;
    for (const [problem, needsWhole] of boundProblems(schema, "Properties", Object.keys(value).length, "fields")) {
        yield { path, problem, needsWhole };
    }
    for (const [key, item] of Object.entries(value)) {
        const field = schemaOf(schema, key);
        if (field !== undefined && item !== undefined) {
            yield* schemaFaults(field, item, fieldPath(prefix, key));
        }
    }
    for (const key of strings(schema["required"])) {
        if (!Object.hasOwn(value, key)) {
            yield {
                path: fieldPath(prefix, key),
                problem: "is not set, and the definition requires it",
                needsWhole: true,
            };
        }
    }
}

function* alternatives(schema: Body, value: unknown, path: string): Iterable<SchemaFault> {
    const fits = (one: unknown) => [...schemaFaults(obj(one), value, path)].length === 0;
    for (const one of list(schema["allOf"])) {
        yield* schemaFaults(obj(one), value, path);
    }
    if (holdsLater(value)) {
        return;
    }
    const any = list(schema["anyOf"]);
    if (any.length > 0 && !any.some(fits)) {
        yield { path, problem: "fits none of the alternatives that the definition has (anyOf)", needsWhole: true };
    }
    const one = list(schema["oneOf"]);
    const fitting = one.filter(fits).length;
    if (one.length > 0 && fitting !== 1) {
        const problem = `fits ${fitting} of the alternatives that the definition has, not exactly one (oneOf)`;
        yield { path, problem, needsWhole: true };
    }
    if (isObj(schema["not"]) && fits(schema["not"])) {
        yield { path, problem: "fits what the definition rules out (not)", needsWhole: true };
    }
}
