import type { StackContext, StackFault } from "../../engine/control";
import { pathGraphOf } from "../../paths/build";
import type { NamedPath } from "../../paths/findings";
import { messageOf } from "../../paths/findings";
import type { PathGraph } from "../../paths/graph";
import type { Stack } from "../../kubernetes/stack";

/** Why no control of this area has a twin at admission. */
export const NO_TWIN = { none: "A path runs through several objects, and admission sees one." };

/** What there is to do about a path. */
export const REMEDIATION =
    "Take away any one step of the path; `hardening paths` says which is the cheapest for all of them.";

/**
 * A fault for each path that `find` names, at the object that a person would change for it. An object that could not be read
 * makes the answer about it unverifiable: edges may be missing there.
 */
export function* pathFaults(
    stack: Stack,
    { each }: Pick<StackContext, "each">,
    find: (graph: PathGraph) => Iterable<NamedPath>,
): Iterable<StackFault> {
    const graph = pathGraphOf(stack);
    for (const named of find(graph)) {
        const { decisive, path } = named;
        const at = decisive.object === undefined ? path.findLast(({ object }) => object !== undefined) : decisive;
        if (at?.object !== undefined) {
            yield { object: at.object, path: at.field ?? "", message: messageOf(named) };
        }
    }
    const values = graph.unseen.flatMap(({ value }) => value ?? []);
    yield* each(
        values,
        ({ object }) => object,
        ({ error }) => {
            throw error;
        },
    );
}
