import type { KubeObject } from "./kube";
import { list, obj, str } from "./kube";
import type { PodView } from "./pods";
import type { Stack } from "./stack";

/** The service account a pod runs as: `serviceAccount` is the field's old name, and the API server fills in `default`. */
export function serviceAccountName(pod: PodView): string {
    return str(pod.spec["serviceAccountName"]) || str(pod.spec["serviceAccount"]) || "default";
}

/** The service account object of a pod, where it is in the stack. */
export function serviceAccountOf(stack: Stack, pod: PodView): KubeObject | undefined {
    return stack.find("ServiceAccount", pod.object.namespace, serviceAccountName(pod));
}

/** Says whether the API server mounts a token into the pod: the pod decides, then its account, then the default, which is yes. */
export function automountsToken(stack: Stack, pod: PodView): boolean {
    const own = pod.spec["automountServiceAccountToken"];
    return typeof own === "boolean"
        ? own
        : serviceAccountOf(stack, pod)?.body["automountServiceAccountToken"] !== false;
}

/** Says whether a container of the pod can use a token of its service account, mounted by default or by a projected volume. */
export function hasToken(stack: Stack, pod: PodView): boolean {
    return automountsToken(stack, pod) || list(pod.spec["volumes"]).some((volume) => projectsToken(obj(volume)));
}

function projectsToken(volume: Readonly<Record<string, unknown>>): boolean {
    return list(obj(volume["projected"])["sources"]).some((source) => obj(source)["serviceAccountToken"] !== undefined);
}
