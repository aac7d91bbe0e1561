import { areas } from "../../components/areas";
import type { Schema } from "../../policies/engine/schema";
import type { Raw } from "./stranger";
import { readAs } from "./stranger";

/** A setting, and another value that it takes as well. */
interface Variation {
    readonly path: readonly (string | number)[];
    readonly value: unknown;
}

/**
 * Settings that say which object is meant, or in which cluster: another value means other objects, not changed ones. And the one
 * that admission refuses, before the API server compares anything.
 */
const LEFT_ALONE =
    /(?:^|\.)(?:namespace|ingressNamespace|proxyNamespace|name|app|host|secretName|certificateSecret|group)$|^cluster\.(?:context|identity|foundation|platform|networkEngine)|^spire\.(?:trustDomain|leavingTrustDomain|clusterName)|enabled$|^images\.dropDigests|^externalSecrets\.provider/;

/** Every setting that has a value, with another one: a number that is higher, a flag turned over, another word of a choice. */
function variationsOf(settings: Raw): readonly Variation[] {
    return areas.flatMap(({ key, settings: schema }) => {
        const value = schema.read(settings[key], key, []);
        return value === undefined ? [] : leaves(schema, value, [key]);
    });
}

function leaves(schema: Schema<unknown>, value: unknown, path: Variation["path"]): readonly Variation[] {
    const { form } = schema;
    if (value === undefined || LEFT_ALONE.test(path.join("."))) {
        return [];
    }
    const inside = (entries: readonly (readonly [string | number, unknown])[], of: (key: string) => Schema<unknown>) =>
        entries.flatMap(([key, part]) => leaves(of(String(key)), part, [...path, key]));
    switch (form.kind) {
        case "list":
            return inside([...(value as readonly unknown[]).entries()], () => form.item);
        case "map":
            return inside(Object.entries(value as Raw), () => form.item);
        case "object":
            return inside(
                Object.entries(value as Raw).filter(([key]) => key in form.fields),
                (key) => form.fields[key] as Schema<unknown>,
            );
        case "union": {
            const fields = form.variants[String((value as Raw)[form.tag])] ?? {};
            return inside(
                Object.entries(value as Raw).filter(([key]) => key in fields),
                (key) => fields[key] as Schema<unknown>,
            );
        }
        case "value": {
            const other = candidates(value, schema.expected).find((candidate) => {
                const faults: string[] = [];
                schema.read(candidate, path.join("."), faults);
                return faults.length === 0;
            });
            return other === undefined ? [] : [{ path, value: other }];
        }
    }
}

function candidates(value: unknown, expected: string): readonly unknown[] {
    switch (typeof value) {
        case "boolean":
            return [!value];
        case "number":
            return [value + 1, value * 2, value - 1];
        case "string":
            return [
                value.replace(/\d+/, (digits) => String(Number(digits) + 1)),
                `${value}x`,
                ...expected.replace(/^one of /, "").split(", "),
            ].filter((candidate) => candidate !== value);
        default:
            return [];
    }
}

/** Settings with some of their values replaced by others; a value that the rules between settings refuse is left out. */
export function perturbed(
    settings: Raw,
    project: string,
): { readonly settings: Raw; readonly taken: readonly string[]; readonly refused: readonly string[] } {
    const taken: string[] = [];
    const refused: string[] = [];
    let current = settings;
    for (const { path, value } of variationsOf(settings)) {
        const next = replaced(current, path, value) as Raw;
        if (readAs(next, project).faults.length === 0) {
            current = next;
            taken.push(path.join("."));
        } else {
            refused.push(path.join("."));
        }
    }
    return { settings: current, taken, refused };
}

function replaced(whole: unknown, [key, ...rest]: Variation["path"], value: unknown): unknown {
    if (key === undefined) {
        return value;
    }
    if (Array.isArray(whole)) {
        return whole.map((part: unknown, index) => (index === key ? replaced(part, rest, value) : part));
    }
    return { ...(whole as Raw | undefined), [key]: replaced((whole as Raw | undefined)?.[key], rest, value) };
}
