import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noCsrApproval = grantControl({
    name: "no-csr-approval",
    description: "No role may approve or sign certificate signing requests.",
    why: "An approved request is a client certificate for any user or group its author wrote into it, and it can not be revoked.",
    severity: "high",
    covers: ["rbac.csr"],
    frameworks: [
        ...cis("5.1.11"),
        ...mitre("T1078", "T1098"),
        ...nist("AC-6", "IA-5(2)"),
        ...soc2("CC6.1", "CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Leave approving to the controller manager or to a signer limited by its own policy.",
    profiles: ["cis", "x0tta6bl4"],
    power: "approveCertificates",
    advice: "Leave approving to the controller manager.",
});
