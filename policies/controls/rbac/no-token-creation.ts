import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noTokenCreation = grantControl({
    name: "no-token-creation",
    description: "No role may issue tokens for every service account.",
    why: "A token request turns into the service account it names, with all its rights.",
    severity: "high",
    covers: ["rbac.sa-token"],
    frameworks: [
        ...cis("5.1.13"),
        ...mitre("T1528", "T1550.001"),
        ...nist("AC-6", "IA-5"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Drop the rule, or limit it to the one service account needed with resourceNames.",
    profiles: ["cis", "x0tta6bl4"],
    power: "mintTokens",
    advice: "Drop the rule, or limit it to one service account with resourceNames.",
});
