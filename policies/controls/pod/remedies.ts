import type { PatchOperation } from "../../kubernetes/path";
import { obj, strings } from "../../kubernetes/kube";
import { pointer } from "../../kubernetes/path";
import type { ContainerView, PodView } from "../../kubernetes/pods";

/** Says whether the manifest itself keeps a container's process from being root: by a user ID, its own or the pod's. */
export function runsAsNamedUser(pod: PodView, { securityContext }: ContainerView): boolean {
    const user = securityContext["runAsUser"] ?? pod.securityContext["runAsUser"];
    return typeof user === "number" && user > 0 && !pod.windows;
}

/**
 * Says whether a container's process has no capability whatever the manifest adds or drops: it isn't root, and nothing it
 * starts may gain rights, be it by set-user-ID or by a file's capabilities (capabilities(7), no_new_privs).
 */
export function hasNoCapabilities(pod: PodView, container: ContainerView): boolean {
    const { privileged, allowPrivilegeEscalation } = container.securityContext;
    return runsAsNamedUser(pod, container) && privileged !== true && allowPrivilegeEscalation === false;
}

/**
 * Says whether forbidding escalation takes nothing away that the manifest asks for. The API server refuses it beside
 * `privileged` and CAP_SYS_ADMIN, and a process that isn't root comes by added capabilities only through its file's.
 */
export function canForbidEscalation(pod: PodView, { securityContext }: ContainerView): boolean {
    const added = strings(obj(securityContext["capabilities"])["add"]);
    const user = securityContext["runAsUser"] ?? pod.securityContext["runAsUser"];
    const isRoot = user === 0 && !added.some((name) => name.endsWith("SYS_ADMIN"));
    return securityContext["privileged"] !== true && (added.length === 0 || isRoot);
}

/** The operations that remove items of a list, from the last, so that each index still holds when it comes to it. */
export function removeItems(list: string, indexes: readonly number[]): readonly PatchOperation[] {
    return [...indexes].sort((a, b) => b - a).map((index) => ({ op: "remove", path: pointer(`${list}[${index}]`) }));
}
