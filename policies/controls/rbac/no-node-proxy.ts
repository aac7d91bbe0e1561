import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noNodeProxy = grantControl({
    name: "no-node-proxy",
    description: "No role may reach the kubelet through nodes/proxy.",
    why: "The kubelet runs commands in every container of its node and asks neither admission control nor the audit log.",
    severity: "critical",
    covers: ["rbac.nodes-proxy"],
    frameworks: [
        ...cis("5.1.10"),
        ...mitre("T1609", "T1611"),
        ...nist("AC-6", "AC-17"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation:
        "Remove nodes/proxy; use nodes/metrics, nodes/stats or nodes/healthz where metrics are all that is needed.",
    profiles: ["cis", "x0tta6bl4"],
    power: "reachKubelet",
    advice: "Remove it; nodes/metrics and nodes/stats are enough for metrics.",
});
