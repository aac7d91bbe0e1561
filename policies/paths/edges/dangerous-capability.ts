import { addedCapabilities, canUseCapabilities, hostOf, isPrivileged } from "../containers";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** Capabilities that lead out of a container by themselves, each with how (capabilities(7)). */
const LEADS_OUT: Readonly<Record<string, string>> = {
    ALL: "mounts the node's disk with every capability there is",
    SYS_ADMIN: "mounts a cgroup or the node's disk and has the kernel start a program",
    SYS_MODULE: "loads a kernel module",
    SYS_RAWIO: "reads and writes the kernel's memory and the disks",
    DAC_READ_SEARCH: "opens the node's files by their handles",
    BPF: "loads programs into the kernel that read and change what others do",
};

export const dangerousCapability: EdgeFamily = {
    name: "dangerous-capability",
    title: "leave the container by a capability of the kernel",
    technique: TECHNIQUES.escape,
    needs: "to become root in the container, or a program in it with the setuid bit",
    cut: {
        effort: "change",
        remedy: "Remove the capability from securityContext.capabilities.add.",
        control: "no-dangerous-capabilities",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const container of pod.userNamespace ? [] : pod.containers) {
                if (isPrivileged(container) || !canUseCapabilities(pod, container)) {
                    continue;
                }
                for (const { name, field } of addedCapabilities(container)) {
                    const how = LEADS_OUT[name];
                    if (how !== undefined) {
                        const [from, to] = [landscape.pod(pod), hostOf(landscape, pod)];
                        yield { from, to, object: pod.object, field, reason: `${name} ${how}` };
                    }
                }
            }
        }),
};
