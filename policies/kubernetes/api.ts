import data from "./api-kinds.json";

/** The minor release of Kubernetes that the built-in API is known of. */
export const API_MINOR = Number(/^v1\.(\d+)/.exec(data.version)?.[1]);

/** A kind that the API serves: its type, and the minor releases that brought and removed it where they are known (else 0). */
type Kind = readonly [type: number, introduced: number, removed: number];

const KINDS = data.kinds as unknown as Readonly<Record<string, Readonly<Record<string, Kind>>>>;

/** The groups that the API server itself serves; the core group is empty. */
const GROUPS: ReadonlySet<string> = new Set(
    Object.keys(KINDS).map((version) => (version.includes("/") ? version.slice(0, version.indexOf("/")) : "")),
);

export function isBuiltIn(group: string): boolean {
    return GROUPS.has(group);
}

/** A kind of the built-in API in one version of it, or undefined where no API serves it. */
export function builtInKind(apiVersion: string, kind: string): Kind | undefined {
    const kinds = Object.hasOwn(KINDS, apiVersion) ? KINDS[apiVersion] : undefined;
    return kinds !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}

/** The API versions that serve a kind in some minor release, the stable ones first. */
export function versionsOf(kind: string, minor: number): readonly string[] {
    const rank = (version: string) => (/(?:alpha|beta)/.test(version) ? 1 : 0);
    return Object.keys(KINDS)
        .filter((version) => {
            const found = builtInKind(version, kind);
            return found !== undefined && isServedIn(found, minor);
        })
        .sort((a, b) => rank(a) - rank(b));
}

export function isServedIn([, introduced, removed]: Kind, minor: number): boolean {
    return introduced <= minor && (removed === 0 || minor < removed);
}

/** Every kind that the built-in API serves in some minor release, once. */
export function kindNames(minor: number): readonly string[] {
    return [
        ...new Set(
            Object.values(KINDS).flatMap((kinds) =>
                Object.entries(kinds).flatMap(([name, kind]) => (isServedIn(kind, minor) ? [name] : [])),
            ),
        ),
    ];
}

/**
 * The form of a field: `s` text, `b` boolean, `i` and `l` whole number of 32 and 64 bits, `n` number, `q` quantity, `o`
 * whole number or text, `t` time, `d` duration, `y` base64, `x` anything; a number is that of a type, `e` with a number that
 * of an enumeration, `*` stands before the form of a list's items, `%` before that of a map's values.
 */
export type Form = string;

/** The minor releases that have a field or a value: from `since` on, up to but without `until`. */
interface Span {
    readonly since: number;
    readonly until: number;
}

/** A field of a type. */
export interface Field extends Span {
    readonly form: Form;
    /** The feature gate without which the API server drops the field; undefined where it needs none. */
    readonly gate: string | undefined;
}

function spanOf(since: string | undefined, until: string | undefined): Span {
    return { since: Number(since ?? 0), until: until === undefined ? Infinity : Number(until) };
}

/** Says whether a minor release has a field or a value. */
export function isIn({ since, until }: Span, minor: number): boolean {
    return since <= minor && minor < until;
}

/** A field as the data has it: `name:form`, with `@since-until` and `!gate` where they say something. */
const FIELD = /^([^:]+):([^@!]+)(?:@(\d*)(?:-(\d+))?)?(?:!(\w+))?$/;
const types = new Map<number, ReadonlyMap<string, Field>>();

/** The fields that a type has in any minor release, by name. */
export function fieldsOf(type: number): ReadonlyMap<string, Field> {
    let fields = types.get(type);
    if (fields === undefined) {
        fields = new Map(
            (data.types[type] ?? "").split(" ").flatMap((written): [string, Field][] => {
                const [, name, form, since, until, gate] = FIELD.exec(written) ?? [];
                return name === undefined || form === undefined
                    ? []
                    : [[name, { form, gate, ...spanOf(since, until) }]];
            }),
        );
        types.set(type, fields);
    }
    return fields;
}

/** The type of the metadata that every object has. */
export const METADATA_TYPE = Number(fieldsOf(builtInKind("v1", "ConfigMap")?.[0] ?? NaN).get("metadata")?.form);

/** The values of an enumeration in a minor release. */
export function valuesOf(enumeration: number, minor: number): readonly string[] {
    return (data.enums[enumeration] ?? []).flatMap((written) => {
        const [, value = "", since, until] = /^(.*?)(?:@(\d*)(?:-(\d+))?)?$/.exec(written) ?? [];
        return isIn(spanOf(since, until), minor) ? [value] : [];
    });
}

/** Says whether a feature gate is off by default in a minor release. */
export function isOffByDefault(gate: string, minor: number): boolean {
    const on = (data.gates as Readonly<Record<string, number>>)[gate] ?? 0;
    return on === 0 || minor < on;
}

/** What programs on a developer's machine read, and no cluster: the configuration of Skaffold, the plugins built into Kustomize. */
const OF_TOOLS: readonly (readonly [apiVersion: RegExp, kind: RegExp])[] = [
    [/^skaffold\//, /^Config$/],
    [/^builtin$/, /(?:Transformer|Generator)$/],
];

/** Says whether a document in the form of an object is a file of a tool, which is applied to no cluster. */
export function isOfTool(apiVersion: string, kind: string): boolean {
    return OF_TOOLS.some(([version, name]) => version.test(apiVersion) && name.test(kind));
}
