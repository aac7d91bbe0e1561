import type { EdgeFamily } from "../edge";
import { hostOf, isPrivileged } from "../containers";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/**
 * A privileged container has every capability, every device and a writable /sys: it mounts the node's disk, loads a module or
 * names a program for core dumps. In a user namespace its root is nobody on the node, and none of these work.
 */
export const privilegedContainer: EdgeFamily = {
    name: "privileged-container",
    title: "leave a privileged container: mount the node's disk, load a kernel module, or have the kernel start a program",
    technique: TECHNIQUES.escape,
    needs: "nothing more",
    cut: {
        effort: "redesign",
        remedy: "Unset securityContext.privileged and add only the capabilities that the program needs.",
        control: "no-privileged-containers",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const container of pod.userNamespace ? [] : pod.containers) {
                if (isPrivileged(container)) {
                    yield {
                        from: landscape.pod(pod),
                        to: hostOf(landscape, pod),
                        object: pod.object,
                        field: `${container.path}.securityContext.privileged`,
                    };
                }
            }
        }),
};
