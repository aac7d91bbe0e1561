import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noUnaskedNodeCertificates = grantControl({
    name: "no-unasked-node-certificates",
    description: "No role has certificates of nodes issued without anybody's approval.",
    why: "Whoever holds it becomes a node: it reads the Secrets of the pods that are placed there.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1078", "T1098"), ...nist("AC-6", "IA-5(2)"), ...soc2("CC6.1"), ...checklist("ACC-3")],
    remediation: "Leave it to the API server's own roles, bound to bootstrap tokens and nodes alone.",
    profiles: [],
    power: "joinNodes",
    advice: "Leave it to the API server's own roles.",
});
