import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { removeField } from "../../kubernetes/path";

export const noHostPid = podControl({
    name: "no-host-pid",
    description: "No pod shares the node's process namespace.",
    why: "A pod in the node's process namespace sees every process there, reads its environment and can signal or trace it.",
    severity: "high",
    covers: ["pod.host-namespaces", "pod.host-pid"],
    frameworks: [
        ...pss("baseline/hostNamespaces"),
        ...cis("5.2.3"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Unset hostPID.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: { expression: "variables.podSpec == null || variables.podSpec.?hostPID.orValue(false) == false" },
    *check(pod) {
        if (pod.spec["hostPID"] === true) {
            const path = `${pod.prefix}hostPID`;
            yield { path, message: `${path} is true. Remove it.`, fix: removeField(path) };
        }
    },
});
