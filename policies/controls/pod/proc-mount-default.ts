import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { procMountFaults } from "./proc-mount-masked";

export const procMountDefault = podControl({
    name: "proc-mount-default",
    description: "No container unmasks /proc, in a user namespace or not.",
    why: "The unmasked paths below /proc widen what a kernel flaw can be reached through, even from within a user namespace.",
    severity: "high",
    covers: ["pod.proc-mount"],
    frameworks: [
        ...pss("restricted/procMount_restricted"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Unset securityContext.procMount.",
    profiles: ["restricted", "x0tta6bl4"],
    supersedes: ["proc-mount-masked"],
    admission: {
        expression: "variables.containers.all(c, c.?securityContext.?procMount.orValue('Default') == 'Default')",
    },
    // A rule of its own since v1.35; before, the baseline rule made no exception either and was the same.
    *check(pod) {
        for (const container of pod.containers) {
            yield* procMountFaults(pod, container);
        }
    },
});
