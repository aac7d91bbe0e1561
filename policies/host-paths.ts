import { posix } from "node:path";

import { isObj, list, obj, str } from "./kube";
import type { PodView } from "./pods";

/** A hostPath volume of a pod. */
export interface HostPath {
    /** Path of the field that names the directory. */
    readonly path: string;
    readonly volume: string;
    /** The directory on the node, normalised: no `..`, no trailing slash. */
    readonly directory: string;
}

/** Every hostPath volume of a pod. */
export function hostPathsOf(pod: PodView): readonly HostPath[] {
    return list(pod.spec["volumes"]).flatMap((entry, index) => {
        const { name, hostPath } = obj(entry) as { name?: unknown; hostPath?: unknown };
        if (!isObj(hostPath)) {
            return [];
        }
        return [
            {
                path: `${pod.path}.volumes[${index}].hostPath.path`,
                volume: str(name),
                directory: normalised(str(hostPath["path"])),
            },
        ];
    });
}

function normalised(directory: string): string {
    const absolute = posix.normalize(`/${directory}`);
    return absolute.length > 1 && absolute.endsWith("/") ? absolute.slice(0, -1) : absolute;
}

/** Says whether `inner` is `outer` or lies below it. Both are normalised. */
export function isWithin(inner: string, outer: string): boolean {
    return inner === outer || outer === "/" || inner.startsWith(`${outer}/`);
}
