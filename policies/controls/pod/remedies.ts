import type { Body } from "../../kubernetes/kube";
import { isObj } from "../../kubernetes/kube";
import type { PatchOperation } from "../../kubernetes/path";
import { pointer } from "../../kubernetes/path";
import type { ContainerView, PodView } from "../../kubernetes/pods";

/**
 * Says whether the manifest itself keeps a container's process from being root: by a user ID, its own or the pod's. It goes before
 * the image's (PodSpec, runAsUser), and the kubelet asks no more of runAsNonRoot than that it is not 0 (verifyRunAsNonRoot). On
 * Windows it is passed over, and the kubelet asks the image.
 */
export function runsAsNamedUser(pod: PodView, { securityContext }: ContainerView): boolean {
    const user = securityContext["runAsUser"] ?? pod.securityContext["runAsUser"];
    return typeof user === "number" && user > 0 && !mayRunOnWindows(pod, securityContext);
}

/** Says whether a pod says that it is for Windows, in any of the ways there are: by name, by settings or by its nodes. */
function mayRunOnWindows(pod: PodView, securityContext: Body): boolean {
    return (
        pod.windows ||
        [pod.securityContext, securityContext].some((context) => isObj(context["windowsOptions"])) ||
        JSON.stringify(["nodeSelector", "affinity", "tolerations"].map((field) => pod.spec[field])).includes(
            '"windows"',
        )
    );
}

/*
 * No remedy that takes capabilities, the gaining of rights or system calls away is safe by a manifest. Which of them a
 * program needs is in its image: execve(2) refuses a file whose effective capabilities are not within the bounding set, also
 * where the process could not gain them (capabilities(7), "Safety checking for capability-dumb binaries"), no_new_privs makes
 * set-user-ID programs such as sudo fail (prctl(2), PR_SET_NO_NEW_PRIVS), and a runtime's seccomp profile forbids calls that
 * the kernel allows (unshare(2), io_uring_setup(2)). Such remedies are applied by name.
 */

/** The operations that remove items of a list, from the last, so that each index still holds when it comes to it. */
export function removeItems(list: string, indexes: readonly number[]): readonly PatchOperation[] {
    return [...indexes].sort((a, b) => b - a).map((index) => ({ op: "remove", path: pointer(`${list}[${index}]`) }));
}
