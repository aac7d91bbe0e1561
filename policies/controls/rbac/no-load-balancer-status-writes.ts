import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noLoadBalancerStatusWrites = grantControl({
    name: "no-load-balancer-status-writes",
    description: "No role may write the status of Services.",
    why: "A load balancer address written into a status by hand draws the cluster's traffic for that address to the writer (CVE-2020-8554).",
    severity: "high",
    covers: ["rbac.services-status"],
    frameworks: [...mitre("T1557"), ...nist("AC-6", "SC-7"), ...soc2("CC6.3", "CC6.6"), ...checklist("ACC-3")],
    remediation: "Leave services/status to the cloud controller manager.",
    profiles: ["x0tta6bl4"],
    power: "changeLoadBalancers",
    advice: "Leave services/status to the cloud controller manager.",
});
