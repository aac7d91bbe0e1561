import { IDS } from "./ids";
import type { ControlMeta } from "./control";
import type { Ids } from "./numbering";

/** A control's name by its id or a former name of it; undefined where there is no such control. */
export type NameOf = (given: string) => string | undefined;

/**
 * How a registry's controls may be called: by name, by id (`XSF-0001`), or by a name that they had before. So that a rename
 * breaks no waiver, baseline, configuration or suppression, all of them ask this.
 */
export function namesOf(registry: readonly ControlMeta[]): NameOf {
    const names = new Map<string, string>();
    for (const { name, aliases = [] } of registry) {
        for (const alias of aliases) {
            names.set(alias, name);
        }
    }
    for (const { name } of registry) {
        names.set(name, name);
    }
    const ids = new Map(Object.entries(IDS).map(([id, name]) => [id, names.get(name)]));
    return (given) => names.get(given) ?? ids.get(given);
}

/** Ids by the names that controls had when they got them. */
export function byName(ids: Ids): ReadonlyMap<string, string> {
    return new Map(Object.entries(ids).map(([id, name]) => [name, id]));
}

const BY_NAME = byName(IDS);

/** The id of a control, under its name or a former one; undefined for a rule that is no control of the registry. */
export function idOf(
    { name, aliases = [] }: Pick<ControlMeta, "name" | "aliases">,
    ids: ReadonlyMap<string, string> = BY_NAME,
): string | undefined {
    return [name, ...aliases].map((one) => ids.get(one)).find((id) => id !== undefined);
}
