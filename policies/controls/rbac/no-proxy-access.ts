import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noProxyAccess = grantControl({
    name: "no-proxy-access",
    description: "No role may reach pods or Services through the API server's proxy.",
    why: "The proxy passes by every network policy, and what it reaches takes the API server for its client.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1090", "T1046"), ...nist("AC-4", "AC-17"), ...soc2("CC6.6"), ...checklist("ACC-3")],
    remediation: "Remove it; have clients connect to the Service itself.",
    profiles: ["x0tta6bl4"],
    power: "proxy",
    advice: "Have clients connect to the Service itself.",
});
