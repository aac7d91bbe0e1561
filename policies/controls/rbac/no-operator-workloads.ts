import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noOperatorWorkloads = grantControl({
    name: "no-operator-workloads",
    description: "No role may have an operator run workloads of its choice.",
    why: "An operator makes the pods that its custom resources describe, with its own rights: who writes those runs what they like.",
    severity: "high",
    // An operator's own role has to write what it works on, and no rule says whose role it is.
    enforcement: "advisory",
    covers: [],
    frameworks: [
        ...cis("5.1.4"),
        ...mitre("T1610"),
        ...nist("AC-6", "CM-5"),
        ...soc2("CC6.3", "CC8.1"),
        ...checklist("ACC-3"),
    ],
    remediation: "Leave deploying to the pipeline identity and remove the verbs that write from everybody else.",
    profiles: ["cis"],
    power: "runByOperator",
    advice: "Leave deploying to the pipeline identity.",
});
