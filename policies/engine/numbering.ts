import type { ControlMeta } from "./control";

/** Names of controls by their ids. */
export type Ids = Readonly<Record<string, string>>;

/** The ids with one more for each control that has none, neither under its name nor under a former one. */
export function withIds(ids: Ids, registry: readonly ControlMeta[]): Ids {
    const taken = new Set(Object.values(ids));
    const fresh = registry.filter(({ name, aliases = [] }) => ![name, ...aliases].some((one) => taken.has(one)));
    const next = Object.keys(ids).length + 1;
    const added = fresh.map(({ name }, index): [string, string] => [
        `XSF-${String(next + index).padStart(4, "0")}`,
        name,
    ]);
    return { ...ids, ...Object.fromEntries(added) };
}

/** The text of `ids.ts`. */
export function idsModule(ids: Ids): string {
    return [
        "/**",
        " * The id of each control, under the name it had when it was added. An id is given once: the line of a control that is",
        " * renamed or gone stays as it is. `npm run controls:doc` adds the lines of new ones.",
        " */",
        "export const IDS: Readonly<Record<string, string>> = {",
        ...Object.entries(ids).map(([id, name]) => `    "${id}": "${name}",`),
        "};",
        "",
    ].join("\n");
}
