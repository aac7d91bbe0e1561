import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noClusterDefaultsWrites = grantControl({
    name: "no-cluster-defaults-writes",
    description: "No role may change classes, priorities, leases and address ranges that the whole cluster relies on.",
    why: "Who changes the default class, the order of requests or a controller's lease starves or redirects everybody else.",
    severity: "medium",
    enforcement: "advisory",
    covers: [],
    frameworks: [...mitre("T1499", "T1565"), ...nist("AC-6", "CM-5"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation:
        "Remove the write verbs, or name the objects; operators keep a lease of their own by a Role in their namespace.",
    profiles: [],
    power: "changeDefaults",
    advice: "Remove the write verbs, or name the objects.",
});
