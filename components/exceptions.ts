import type { Exception } from "../policies/engine/exceptions";
import { areas } from "./areas";

/**
 * The exceptions of all areas as policies/exceptions.json holds them: what the pack knows of components that it can't
 * import. What two areas state alike is there once.
 */
export function exceptionsData(): string {
    const stated = areas
        .flatMap(({ exceptions }) => exceptions ?? [])
        .map(({ control, component, kind, name, container, fields, values, reason }): Exception => ({
            control,
            component,
            kind,
            ...(name !== undefined && { name }),
            ...(container !== undefined && { container }),
            fields,
            ...(values !== undefined && { values }),
            reason,
        }));
    const once = new Map(stated.map((exception) => [JSON.stringify(exception), exception]));
    return `${JSON.stringify([...once.values()], undefined, 4)}\n`;
}
