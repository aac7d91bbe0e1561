import { hostOf, isPrivileged } from "../containers";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** Without the mask, /proc/sys is writable for root, and kernel.core_pattern names a program that the kernel starts (core(5)). */
export const unmaskedProc: EdgeFamily = {
    name: "unmasked-proc",
    title: "write to /proc/sys and have the kernel start a program",
    technique: TECHNIQUES.escape,
    needs: "to become root in the container",
    cut: {
        effort: "change",
        remedy: "Set securityContext.procMount to Default, or run the pod in a user namespace (hostUsers: false).",
        control: "proc-mount-masked",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const container of pod.userNamespace ? [] : pod.containers) {
                if (container.securityContext["procMount"] === "Unmasked" && !isPrivileged(container)) {
                    yield {
                        from: landscape.pod(pod),
                        to: hostOf(landscape, pod),
                        object: pod.object,
                        field: `${container.path}.securityContext.procMount`,
                    };
                }
            }
        }),
};
