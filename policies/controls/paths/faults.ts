import type { AttackPath, ControlMeta, StackContext, StackFault } from "../../engine/control";
import type { Stack } from "../../kubernetes/stack";
import { pathGraphOf } from "../../paths/build";
import { EDGE_FAMILIES } from "../../paths/edges";
import type { IsAccepted, NamedPath } from "../../paths/findings";
import { messageOf } from "../../paths/findings";
import type { PathGraph } from "../../paths/graph";
import { titleOf } from "../../paths/nodes";

/** What the controls of this area have in common. */
export const OVER_PATHS = {
    covers: [],
    remediation: "Take away any one step of the path; `hardening paths` says which is the cheapest for all of them.",
    profiles: ["x0tta6bl4"],
    hops: EDGE_FAMILIES.map(({ name }) => name),
    admission: { none: "A path runs through several objects, and admission sees one." },
} as const satisfies Partial<ControlMeta>;

/**
 * A fault for each path that `find` names, at the object that a person would change for it. An object that could not be read
 * makes the answer about it unverifiable: edges may be missing there.
 */
export function* pathFaults(
    stack: Stack,
    { each, accepts }: Pick<StackContext, "each" | "accepts">,
    find: (graph: PathGraph, isAccepted: IsAccepted) => Iterable<NamedPath>,
): Iterable<StackFault> {
    const graph = pathGraphOf(stack);
    for (const named of find(graph, (one) => faultsOf(one).some(accepts))) {
        yield* faultsOf(named);
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

/** A path that no object makes can't be changed anywhere. */
function faultsOf(named: NamedPath): readonly StackFault[] {
    const { decisive, path } = named;
    const at = decisive.object === undefined ? path.findLast(({ object }) => object !== undefined) : decisive;
    return at?.object === undefined
        ? []
        : [
              {
                  object: at.object,
                  path: at.field ?? "",
                  message: messageOf(named),
                  attackPath: attackPathOf(named),
              },
          ];
}

/** What a waiver calls a path by. */
function attackPathOf({ path, decisive }: NamedPath): AttackPath {
    const { from } = path[0] ?? decisive;
    const { to } = path.at(-1) ?? decisive;
    return { from: titleOf(from), to: titleOf(to), hop: decisive.family.name };
}
