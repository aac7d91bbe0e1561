import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noPodExec = grantControl({
    name: "no-pod-exec",
    description: "No role may run commands in pods or attach to them.",
    why: "Exec, attach and debug containers give a shell with everything the workload has: its secrets, its identity, its network.",
    severity: "high",
    covers: ["rbac.exec-attach"],
    frameworks: [
        ...nsa("Authentication and authorization"),
        ...mitre("T1609"),
        ...nist("AC-6", "AC-17"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation:
        "Remove pods/exec, pods/attach and pods/ephemeralcontainers; give break-glass access for a limited time instead.",
    profiles: ["nsa", "x0tta6bl4"],
    power: "execute",
    advice: "Remove it; use break-glass access for a limited time instead.",
});
