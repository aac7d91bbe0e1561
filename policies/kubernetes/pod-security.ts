import { str } from "./kube";
import type { Stack } from "./stack";
import { ifKnown } from "./unknown";

/** The label Pod Security Admission reads the level from that it enforces. */
export const ENFORCE = "pod-security.kubernetes.io/enforce";

/** Levels at which no pod is admitted that can leave its container by what its manifest says (Pod Security Standards). */
const GUARDED: readonly string[] = ["baseline", "restricted"];

/**
 * Says whether Pod Security Admission keeps pods out of a namespace that can leave their container. Undefined where the
 * namespace is not in the stack or its label is unknown before deployment, so that nobody can tell.
 */
export function isGuarded(stack: Stack, namespace: string): boolean | undefined {
    const object = stack.find("Namespace", "", namespace);
    return object === undefined ? undefined : ifKnown(() => GUARDED.includes(str(object.labels[ENFORCE])));
}

/** Says whether an entry of a container's capabilities grants or drops NET_RAW: containerd and CRI-O take names in any case. */
export function isRaw(entry: unknown): boolean {
    return typeof entry === "string" && ["ALL", "NET_RAW"].includes(entry.toUpperCase());
}
