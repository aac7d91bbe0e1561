import { suggestion } from "../text";
import type { ApiFault } from "./api-faults";
import { fieldPath, nameOf } from "./api-faults";
import type { Body, KubeObject } from "./kube";
import { isObj, kubeObjects, list, obj, str, strings } from "./kube";
import type { Stack } from "./stack";
import { ifKnown } from "./unknown";

/** One version that a CustomResourceDefinition serves. */
interface ServedVersion {
    readonly name: string;
    /** An empty object where the definition has none: then anything fits. */
    readonly schema: Body;
}

/** Says whether an object defines a custom kind. */
export function isDefinition({ group, kind }: KubeObject): boolean {
    return group === "apiextensions.k8s.io" && kind === "CustomResourceDefinition";
}

/** What a definition defines, as `group/Kind`; undefined where it says no group, no kind or no version. */
export function definedBy({ body }: KubeObject): string | undefined {
    const { group, names, versions } = obj(ifKnown(() => body["spec"]));
    const kind = str(obj(names)["kind"]);
    const isWhole =
        str(group) !== "" && kind !== "" && list(versions).some((version) => str(obj(version)["name"]) !== "");
    return isWhole ? `${str(group)}/${kind}` : undefined;
}

/**
 * The versions that definitions serve, by `group/Kind`. A definition of the stack comes before one that is only known: it is
 * what will be in force.
 */
export function definitionsOf(stack: Stack): ReadonlyMap<string, readonly ServedVersion[]> {
    const found = new Map<string, readonly ServedVersion[]>();
    const known = stack.definitions.flatMap((resource) => kubeObjects(resource));
    for (const { body } of [...known, ...stack.ofKind("CustomResourceDefinition")].filter(isDefinition)) {
        const spec = obj(ifKnown(() => body["spec"]));
        const kind = str(obj(spec["names"])["kind"]);
        if (kind !== "") {
            const versions = list(spec["versions"])
                .map(obj)
                .filter(({ served }) => served === true)
                .map((version) => ({
                    name: str(version["name"]),
                    schema: obj(obj(version["schema"])["openAPIV3Schema"]),
                }));
            found.set(`${str(spec["group"])}/${kind}`, versions);
        }
    }
    return found;
}

/** Fields that every object has and that no definition describes. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** What is wrong with a custom resource by the schema of its definition (structural schemas, OpenAPI v3). */
export function* schemaFaults(schema: Body, { body, prefix }: KubeObject): Iterable<ApiFault> {
    yield* objectFaults(schema, body, prefix, OWN_FIELDS);
}

function* valueFaults(schema: Body, value: unknown, path: string): Iterable<ApiFault> {
    if (value === null) {
        return;
    }
    const type = str(schema["type"]);
    const isEither = schema["x-kubernetes-int-or-string"] === true;
    if (isEither ? !(typeof value === "string" || Number.isInteger(value)) : type !== "" && !isOfType(type, value)) {
        const expected = isEither ? "a whole number or a text" : (TYPES[type]?.name ?? type);
        yield { path, problem: `is ${nameOf(value)}, not ${expected}` };
    } else if (Array.isArray(schema["enum"]) && typeof value === "string" && !schema["enum"].includes(value)) {
        yield { path, problem: `is none of ${strings(schema["enum"]).join(", ")}` };
    } else if (isObj(value)) {
        yield* objectFaults(schema, value, `${path}.`, NONE);
    } else if (Array.isArray(value) && isObj(schema["items"])) {
        for (let index = 0; index < value.length; index++) {
            const item: unknown = ifKnown(() => value[index] as unknown);
            if (item !== undefined) {
                yield* valueFaults(schema["items"], item, `${path}[${index}]`);
            }
        }
    }
}

const NONE: ReadonlySet<string> = new Set();

function* objectFaults(schema: Body, value: Body, prefix: string, own: ReadonlySet<string>): Iterable<ApiFault> {
    const properties = obj(schema["properties"]);
    const others = schema["additionalProperties"];
    // Only what a definition closes can have a field too many.
    const isClosed =
        isObj(schema["properties"]) &&
        others === undefined &&
        schema["x-kubernetes-preserve-unknown-fields"] !== true &&
        schema["x-kubernetes-embedded-resource"] !== true;
    for (const key of Object.keys(value)) {
        if (own.has(key)) {
            continue;
        }
        const field = Object.hasOwn(properties, key) ? properties[key] : others;
        const item = ifKnown(() => value[key]);
        const path = fieldPath(prefix, key);
        if (isObj(field) && item !== undefined) {
            yield* valueFaults(field, item, path);
        } else if (field === undefined && isClosed) {
            yield {
                path,
                problem: `is no field that the definition has there${suggestion(key, Object.keys(properties))}`,
            };
        }
    }
    for (const key of strings(schema["required"])) {
        if (!Object.hasOwn(value, key) && !own.has(key)) {
            yield { path: fieldPath(prefix, key), problem: "is not set, and the definition requires it" };
        }
    }
}

const TYPES: Readonly<Record<string, { readonly name: string; readonly fits: (value: unknown) => boolean }>> = {
    object: { name: "an object", fits: isObj },
    array: { name: "a list", fits: Array.isArray },
    string: { name: "a text", fits: (value) => typeof value === "string" },
    boolean: { name: "true or false", fits: (value) => typeof value === "boolean" },
    integer: { name: "a whole number", fits: Number.isInteger },
    number: { name: "a number", fits: (value) => typeof value === "number" },
};

function isOfType(type: string, value: unknown): boolean {
    return !Object.hasOwn(TYPES, type) || TYPES[type]?.fits(value) === true;
}
