import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { setField } from "../../kubernetes/path";
import { pssParams, since } from "./pss";

export const noPrivilegeEscalation = podControl({
    name: "no-privilege-escalation",
    description: "Every container forbids its processes to gain more privileges than they started with.",
    why: "Without it, a set-user-ID program in the image turns any process into root.",
    severity: "high",
    covers: ["pod.allow-privilege-escalation"],
    frameworks: [
        ...pss("restricted/allowPrivilegeEscalation"),
        ...cis("5.2.6"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1068", "T1611"),
        ...nist("AC-6"),
        ...checklist("CTR-7"),
    ],
    remediation:
        "Set securityContext.allowPrivilegeEscalation to false on every container; the pod level has no such field.",
    profiles: ["restricted", "cis", "nsa", "x0tta6bl4"],
    // A container without a context of its own leaves this field out of it too.
    supersedes: ["security-context-present"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "variables.containers.all(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true) == false)",
        ].join("\n"),
    },
    *check(pod, { params }) {
        // The field exists since v1.8; Windows pods, which can't set it, are exempt since v1.25.
        if (!since(params.pssVersion, 8) || (pod.windows && since(params.pssVersion, 25))) {
            return;
        }
        for (const container of pod.containers) {
            const { name, path: at, securityContext } = container;
            const value = securityContext["allowPrivilegeEscalation"];
            if (value !== false) {
                const path = `${at}.securityContext.allowPrivilegeEscalation`;
                const set = value === true;
                yield {
                    path,
                    container: name,
                    message: `${path} is ${set ? "true" : "not set"} (container "${name}"). Set it to false.`,
                    absent: !set,
                    fix: setField(pod.object, path, false),
                    // Not safe: what starts set-user-ID helpers fails; see remedies.ts.
                };
            }
        }
    },
});
