import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noSecretStoreAccess = grantControl({
    name: "no-secret-store-access",
    description: "No role may have an operator read secrets of its choice from a store.",
    why: "The operator reads with the store's rights and hands the result over as a Secret in the writer's namespace.",
    severity: "high",
    covers: [],
    frameworks: [
        ...cis("5.1.2"),
        ...mitre("T1552.007", "T1555"),
        ...nist("AC-6", "IA-5"),
        ...soc2("CC6.1", "CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Leave these resources to the pipeline identity, or limit the rule with resourceNames.",
    profiles: ["cis"],
    power: "readStores",
    advice: "Leave them to the pipeline identity, or limit it with resourceNames.",
});
