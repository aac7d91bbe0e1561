import type { PodView } from "../pods";
import type { Stack } from "../stack";
import { UnknownValueError } from "../unknown";
import { Network } from "./evaluator";
import type { Direction } from "./policy";
import { DIRECTIONS } from "./policy";

/**
 * Says whether a network policy of any supported kind isolates a pod.
 *
 * @throws UnknownValueError where that can't be told
 */
export function isIsolated(stack: Stack, pod: PodView): boolean {
    const { isolated, doubt } = isolationOf(stack, pod);
    if (isolated.size === 0 && doubt !== undefined) {
        throw doubt;
    }
    return isolated.size > 0;
}

/**
 * The directions that network policies of any supported kind isolate a pod in.
 *
 * @throws UnknownValueError where one is missing and it can't be told whether it is
 */
export function isolatedDirections(stack: Stack, pod: PodView): ReadonlySet<Direction> {
    const { isolated, doubt } = isolationOf(stack, pod);
    if (doubt !== undefined) {
        throw doubt;
    }
    return isolated;
}

function isolationOf(
    stack: Stack,
    pod: PodView,
): { readonly isolated: ReadonlySet<Direction>; readonly doubt: Error | undefined } {
    const network = Network.of(stack);
    const party = network.party(pod);
    const matches = DIRECTIONS.map((direction) => ({ direction, match: network.isolation(party, direction) }));
    const isUnsure = matches.some(({ match }) => match === "maybe");
    return {
        isolated: new Set(matches.filter(({ match }) => match === "yes").map(({ direction }) => direction)),
        doubt: isUnsure ? (network.doubt(party) ?? new UnknownValueError([], UNSURE)) : undefined,
    };
}

const UNSURE =
    "it can't be told whether a network policy selects the pods: labels or settings it asks for are not in the stack";
