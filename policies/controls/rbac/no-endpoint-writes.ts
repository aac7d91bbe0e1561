import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noEndpointWrites = grantControl({
    name: "no-endpoint-writes",
    description: "No role may write Endpoints or EndpointSlices.",
    why: "Who writes endpoints points a Service or Ingress at any address, across namespaces (CVE-2021-25740).",
    severity: "high",
    covers: ["rbac.network"],
    frameworks: [...mitre("T1557"), ...nist("AC-4", "AC-6"), ...soc2("CC6.3", "CC6.6"), ...checklist("ACC-3", "NET-3")],
    remediation: "Remove write verbs on endpoints and endpointslices; the controllers keep them.",
    profiles: ["x0tta6bl4"],
    power: "changeEndpoints",
    advice: "The controllers keep endpoints; remove the verbs.",
});
