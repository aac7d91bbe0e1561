import { addedCapabilities, canUseCapabilities, hostOf, isPrivileged } from "../containers";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** With the node's process space in sight, SYS_PTRACE is enough to run code in a process of the node (ptrace(2)). */
export const hostProcesses: EdgeFamily = {
    name: "host-processes",
    title: "attach to a process of the node and run code in it",
    technique: TECHNIQUES.escape,
    needs: "to become root in the container, or a program in it with the setuid bit",
    cut: { effort: "change", remedy: "Unset spec.hostPID.", control: "no-host-pid" },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const container of pod.userNamespace || pod.spec["hostPID"] !== true ? [] : pod.containers) {
                const ptrace = addedCapabilities(container).find(({ name }) => name === "SYS_PTRACE");
                if (ptrace === undefined || isPrivileged(container) || !canUseCapabilities(pod, container)) {
                    continue;
                }
                // Either of the two can be taken away, so they stand one behind the other.
                const { object } = pod;
                const sees = landscape.node(
                    "step",
                    object.namespace,
                    `the node's processes, from ${ptrace.field}`,
                    object,
                );
                yield { from: landscape.pod(pod), to: sees, object, field: `${pod.prefix}hostPID` };
                yield {
                    from: sees,
                    to: hostOf(landscape, pod),
                    object,
                    field: ptrace.field,
                    cut: {
                        effort: "change",
                        remedy: "Remove SYS_PTRACE from securityContext.capabilities.add.",
                        control: "no-dangerous-capabilities",
                    },
                };
            }
        }),
};
