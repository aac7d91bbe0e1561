import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noIdentityRegistration = grantControl({
    name: "no-identity-registration",
    description: "No role may register SPIFFE identities at will.",
    why: "Whoever writes a registration entry gets an SVID of any name in the trust domain, the server's most trusted peers included.",
    severity: "critical",
    covers: [],
    frameworks: [...mitre("T1098", "T1550"), ...nist("AC-6", "IA-5"), ...soc2("CC6.1", "CC6.3"), ...checklist("ACC-3")],
    remediation: "Leave registration to the pipeline identity, or limit the rule with resourceNames.",
    profiles: ["x0tta6bl4"],
    power: "mintIdentities",
    advice: "Leave registration to the pipeline identity, or limit it with resourceNames.",
});
