import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noWebhookControl = grantControl({
    name: "no-webhook-control",
    description: "No role may change admission webhooks or admission policies.",
    why: "An admission webhook sees and may rewrite every object sent to the cluster; whoever removes one removes the guard.",
    severity: "critical",
    covers: ["rbac.webhooks"],
    frameworks: [
        ...cis("5.1.12"),
        ...mitre("T1562.001", "T1546"),
        ...nist("AC-6", "CM-5"),
        ...soc2("CC6.3", "CC8.1"),
        ...checklist("ACC-3", "ACC-5"),
    ],
    remediation: "Limit the rule to the webhook configurations the component owns with resourceNames, or drop it.",
    profiles: ["cis", "x0tta6bl4"],
    power: "changeAdmission",
    advice: "Limit it to the configurations the component owns with resourceNames, or drop it.",
});
