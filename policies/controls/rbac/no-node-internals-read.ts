import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noNodeInternalsRead = grantControl({
    name: "no-node-internals-read",
    description: "No role may read the logs, pods, checkpoints and configuration of nodes.",
    why: "The kubelet hands out files below /var/log and the memory of containers, and asks no admission control.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1005", "T1613"), ...nist("AC-6"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation:
        "Remove these subresources; use nodes/metrics, nodes/stats or nodes/healthz where metrics are all that is needed.",
    profiles: [],
    power: "readNodes",
    advice: "Remove it; nodes/metrics and nodes/stats are enough for metrics.",
});
