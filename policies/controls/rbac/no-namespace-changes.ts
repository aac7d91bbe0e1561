import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noNamespaceChanges = grantControl({
    name: "no-namespace-changes",
    description: "No role may change namespaces.",
    why: "The labels of a namespace decide what its pods may be and which policies see them: without them privileged pods are admitted.",
    severity: "high",
    covers: [],
    frameworks: [
        ...cis("5.1.3"),
        ...mitre("T1562.001", "T1098"),
        ...nist("AC-6", "CM-5"),
        ...soc2("CC6.3", "CC8.1"),
        ...checklist("ACC-3"),
    ],
    remediation: "Leave namespaces to the pipeline identity.",
    profiles: ["cis", "x0tta6bl4"],
    power: "changeNamespaces",
    advice: "Leave namespaces to the pipeline identity.",
});
