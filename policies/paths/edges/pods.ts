import type { PodView } from "../../kubernetes/pods";
import type { Link } from "../edge";
import type { Landscape } from "../landscape";

/** The links that `find` finds for each pod of the stack. */
export function eachPod(landscape: Landscape, find: (pod: PodView) => Iterable<Link>): Iterable<Link> {
    return landscape.each(landscape.stack.pods(), ({ object }) => object, find);
}
