import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { removeField } from "../../kubernetes/path";

export const noHostIpc = podControl({
    name: "no-host-ipc",
    description: "No pod shares the node's IPC namespace.",
    why: "A pod in the node's IPC namespace reads and writes the shared memory of every process there that uses it.",
    severity: "high",
    covers: ["pod.host-namespaces", "pod.host-ipc"],
    frameworks: [
        ...pss("baseline/hostNamespaces"),
        ...cis("5.2.4"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Unset hostIPC.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: { expression: "variables.podSpec == null || variables.podSpec.?hostIPC.orValue(false) == false" },
    *check(pod) {
        if (pod.spec["hostIPC"] === true) {
            const path = `${pod.prefix}hostIPC`;
            yield { path, message: `${path} is true. Remove it.`, fix: removeField(path) };
        }
    },
});
