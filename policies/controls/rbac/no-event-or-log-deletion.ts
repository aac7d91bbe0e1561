import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noEventOrLogDeletion = grantControl({
    name: "no-event-or-log-deletion",
    description: "No role may delete events or pod logs.",
    why: "Events and logs are what an investigation starts from; an intruder deletes them first.",
    severity: "medium",
    covers: ["rbac.delete-events-logs"],
    frameworks: [
        ...nsa("Audit Logging and Threat Detection"),
        ...mitre("T1070"),
        ...nist("AU-9"),
        ...soc2("CC7.2"),
        ...checklist("ACC-3", "MON-5"),
    ],
    remediation: "Remove delete and deletecollection on events and pods/log.",
    profiles: ["nsa", "x0tta6bl4"],
    power: "deleteEvents",
    advice: "Remove delete and deletecollection.",
});
