import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noBoundChanges = grantControl({
    name: "no-bound-changes",
    description: "No role may change quotas and limit ranges, or make namespaces.",
    why: "Quotas and limit ranges hold a namespace's users to their share only as long as these can't change them.",
    severity: "medium",
    enforcement: "advisory",
    covers: [],
    frameworks: [...mitre("T1496", "T1499"), ...nist("AC-6", "SC-6"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation: "Remove the write verbs; the API server's own role admin leaves them out as well.",
    profiles: [],
    power: "changeBounds",
    advice: "Remove the verbs; whoever keeps the cluster sets bounds and makes namespaces.",
});
