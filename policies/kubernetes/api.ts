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

/** Every kind of the built-in API, once. */
export function kindNames(): readonly string[] {
    return [...new Set(Object.values(KINDS).flatMap((kinds) => Object.keys(kinds)))];
}

/**
 * The form of a field: `s` text, `b` boolean, `i` and `l` whole number of 32 and 64 bits, `n` number, `q` quantity, `o`
 * whole number or text, `t` time, `d` duration, `y` base64, `x` anything; a number is that of a type, `*` stands before the
 * form of a list's items, `%` before that of a map's values.
 */
export type Form = string;

const types = new Map<number, ReadonlyMap<string, Form>>();

/** The fields of a type by name. */
export function fieldsOf(type: number): ReadonlyMap<string, Form> {
    let fields = types.get(type);
    if (fields === undefined) {
        const written = data.types[type] ?? "";
        fields = new Map(
            written === ""
                ? []
                : written.split(" ").map((field): [string, Form] => {
                      const colon = field.indexOf(":");
                      return [field.slice(0, colon), field.slice(colon + 1)];
                  }),
        );
        types.set(type, fields);
    }
    return fields;
}
