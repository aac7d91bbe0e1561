import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noApiExtension = grantControl({
    name: "no-api-extension",
    description: "No role may register API servers or custom resource definitions at will.",
    why: "A registered API server or conversion webhook sees every request for its resources, with the token of whoever asks.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1557", "T1546"), ...nist("AC-6", "CM-5"), ...soc2("CC6.3", "CC8.1"), ...checklist("ACC-3")],
    remediation: "Limit the rule to the definitions the component owns with resourceNames, or drop it.",
    profiles: ["cis", "x0tta6bl4"],
    power: "extendApi",
    advice: "Limit it to the definitions the component owns with resourceNames, or drop it.",
});
