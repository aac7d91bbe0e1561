import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { serviceAccountName } from "../../kubernetes/service-accounts";

export const noDefaultServiceAccount = podControl({
    name: "no-default-service-account",
    description: "Every pod runs as a service account of its own.",
    why: "Pods that share the default account share its rights and can not be told apart in the audit log.",
    severity: "medium",
    advisesInPart: "a ServiceAccount",
    covers: ["sa.default"],
    frameworks: [
        ...cis("5.1.5"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1528"),
        ...nist("AC-6", "IA-9"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3"),
    ],
    remediation: "Create a service account for the workload and name it in serviceAccountName.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(pod) {
        if (serviceAccountName(pod) === "default") {
            const path = `${pod.prefix}serviceAccountName`;
            const absent = pod.spec["serviceAccountName"] === undefined && pod.spec["serviceAccount"] === undefined;
            yield {
                path,
                message: `${path} is ${absent ? 'unset, which means "default"' : '"default"'}. Name a service account of the workload's own.`,
                absent,
                decided: !absent,
            };
        }
    },
    admission: {
        expression:
            "variables.podSpec == null || (has(variables.podSpec.serviceAccountName) && !(variables.podSpec.serviceAccountName in ['', 'default']))",
    },
});
