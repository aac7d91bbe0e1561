import type { ASTNode } from "@marcbachmann/cel-js";
import { Environment } from "@marcbachmann/cel-js";

import { fieldPath } from "./api-faults";
import type { Body } from "./kube";
import { isObj, list, obj, str } from "./kube";
import type { SchemaFault } from "./schema";
import { holdsLater, schemaOf } from "./schema";

/** What the rules of a definition say of a value. */
export interface Ruled {
    readonly faults: readonly SchemaFault[];
    /** Rules that could not be evaluated here, each with where it stands and why. */
    readonly notJudged: readonly string[];
}

type Rule = (self: unknown) => unknown;

let environment: Environment | undefined;

/** The language as the API server has it without its own libraries: what uses those does not compile, and is not judged. */
function rules(): Environment {
    environment ??= new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
        .registerVariable("self", "dyn")
        .registerVariable("oldSelf", "dyn");
    return environment;
}

const compiled = new Map<string, Rule | string | undefined>();

/**
 * A rule ready to be asked; a text says why it can't be, and undefined stands for a rule about a change, which is not asked of
 * what is created.
 */
function compile(source: string, isAskedOfNew: boolean): Rule | string | undefined {
    const key = `${isAskedOfNew}${source}`;
    if (!compiled.has(key)) {
        compiled.set(key, compileAnew(source, isAskedOfNew));
    }
    return compiled.get(key);
}

function compileAnew(source: string, isAskedOfNew: boolean): Rule | string | undefined {
    let parsed: ReturnType<Environment["parse"]>;
    try {
        parsed = rules().parse(source);
    } catch (error) {
        return reasonOf(error);
    }
    if (reads(parsed.ast, "oldSelf")) {
        return isAskedOfNew ? "it reads the object as it was" : undefined;
    }
    const { valid, error } = parsed.check();
    return valid ? (self) => parsed({ self }) as unknown : reasonOf(error);
}

/** Says whether an expression names a variable. */
function reads(node: unknown, name: string): boolean {
    if (Array.isArray(node)) {
        return node.some((part) => reads(part, name));
    }
    if (typeof node !== "object" || node === null || !("op" in node)) {
        return false;
    }
    const { op, args } = node as ASTNode;
    return op === "id" ? args === name : op !== "value" && reads(args, name);
}

/** The first line of what the evaluator says; it names no value, only kinds of them. */
function reasonOf(error: unknown): string {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

/** Errors that the API server's evaluator would meet too, and which refuse the object there. */
const REFUSES =
    /^(?:no_such_key|index_out_of_bounds|division_by_zero|modulo_by_zero|invalid_timestamp|\w+_conversion_error)$/;

/** Asks the rules of a schema (x-kubernetes-validations) about a completed value and all that is in it, as of a new object. */
export function ruledBy(schema: Body, value: unknown, path: string): Ruled {
    const faults: SchemaFault[] = [];
    const notJudged: string[] = [];
    walk(schema, value, path, true, faults, notJudged);
    return { faults, notJudged };
}

function walk(
    schema: Body,
    value: unknown,
    path: string,
    isRoot: boolean,
    faults: SchemaFault[],
    notJudged: string[],
): void {
    if (value === null || value === undefined || typeof value === "symbol") {
        return;
    }
    for (const rule of list(schema["x-kubernetes-validations"]).map(obj)) {
        const source = str(rule["rule"]);
        const where = `${path === "" ? "the whole object" : path}, rule ${JSON.stringify(source)}`;
        const ask = compile(source, rule["optionalOldSelf"] === true);
        if (ask === undefined) {
            continue;
        }
        const verdict = typeof ask === "string" ? ask : verdictOf(ask, schema, value, isRoot);
        if (typeof verdict === "string") {
            notJudged.push(`${where}: ${verdict}`);
        } else if (!verdict) {
            const place = str(rule["fieldPath"]);
            const at = place === "" ? path : `${path}${path === "" ? place.replace(/^\./, "") : place}`;
            const problem = `breaks a rule of the definition: ${str(rule["message"]).trim() || source}`;
            faults.push({ path: at, problem, needsWhole: true });
        }
    }
    if (Array.isArray(value)) {
        const items = schema["items"];
        if (isObj(items)) {
            value.forEach((item, index) => walk(items, item, `${path}[${index}]`, false, faults, notJudged));
        }
    } else if (isObj(value)) {
        for (const [key, item] of Object.entries(value)) {
            const field = schemaOf(schema, key);
            if (field !== undefined) {
                walk(field, item, fieldPath(path === "" ? "" : `${path}.`, key), false, faults, notJudged);
            }
        }
    }
}

/** Whether a rule holds; a text says why that is not known. */
function verdictOf(ask: Rule, schema: Body, value: unknown, isRoot: boolean): boolean | string {
    if (holdsLater(value)) {
        return "a value that it may read is not known yet";
    }
    try {
        const result = ask(celValue(schema, value, isRoot));
        return typeof result === "boolean" ? result : "it gives neither true nor false";
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        return REFUSES.test(code) ? false : reasonOf(error);
    }
}

/** Words of the language, which stand between underscores where they name a field. */
const RESERVED: ReadonlySet<string> = new Set(
    "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
        " ",
    ),
);

/** The name of a field in a rule (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/). */
function celName(key: string): string {
    const escaped = key
        .replaceAll("__", "__underscores__")
        .replaceAll(".", "__dot__")
        .replaceAll("-", "__dash__")
        .replaceAll("/", "__slash__");
    return RESERVED.has(key) ? `__${key}__` : escaped;
}

/** A value as its schema types it in the language: whole numbers are integers, texts of some formats times or bytes. */
function celValue(schema: Body, value: unknown, isWhole = false): unknown {
    if (Array.isArray(value)) {
        return value.map((item: unknown) => celValue(obj(schema["items"]), item));
    }
    if (isObj(value)) {
        const isObject = isWhole || schema["x-kubernetes-embedded-resource"] === true;
        const properties = obj(schema["properties"]);
        const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
            if (isObject && key === "metadata") {
                return [key, named(item)];
            }
            const isField = Object.hasOwn(properties, key);
            return [isField ? celName(key) : key, celValue(schemaOf(schema, key) ?? {}, item)];
        });
        return Object.fromEntries(entries);
    }
    if (typeof value === "number") {
        const isInteger = schema["type"] === "integer" || schema["x-kubernetes-int-or-string"] === true;
        return isInteger || (schema["type"] === undefined && Number.isInteger(value)) ? BigInt(value) : value;
    }
    if (typeof value === "string" && schema["type"] === "string") {
        const format = str(schema["format"]);
        if (format === "date" || format === "date-time") {
            return new Date(value);
        }
        if (format === "byte") {
            return new Uint8Array(Buffer.from(value, "base64"));
        }
        if (format === "duration") {
            return rules().evaluate("duration(self)", { self: value });
        }
    }
    return value;
}

/** What a rule may read of an object's metadata. */
function named(metadata: unknown): Body {
    const { name, generateName } = obj(metadata);
    return {
        ...(typeof name === "string" && { name }),
        ...(typeof generateName === "string" && { generateName }),
    };
}
