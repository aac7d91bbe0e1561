import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { pssParams, since } from "./pss";

export const noRootUser = podControl({
    name: "no-root-user",
    description: "No pod or container asks for user ID 0.",
    why: "Root in a container is root on the node for every flaw that lets a process out.",
    severity: "high",
    covers: ["pod.run-as-user-nonzero"],
    frameworks: [
        ...pss("restricted/runAsUser"),
        ...cis("5.2.7"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6"),
        ...checklist("CTR-2", "CTR-7"),
    ],
    remediation: "Set runAsUser to a user of the image other than 0, or leave it to the image.",
    profiles: ["restricted", "cis", "nsa", "x0tta6bl4"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?hostUsers.orValue(true) == false ||",
            "(variables.podSpec.?securityContext.?runAsUser.orValue(1) != 0 &&",
            " variables.containers.all(c, c.?securityContext.?runAsUser.orValue(1) != 0))",
        ].join("\n"),
    },
    *check(pod, { params }) {
        // A rule since v1.23; in a user namespace root is nobody on the node (v1.35).
        if (!since(params.pssVersion, 23) || (pod.userNamespace && since(params.pssVersion, 35))) {
            return;
        }
        if (pod.securityContext["runAsUser"] === 0) {
            const path = `${pod.prefix}securityContext.runAsUser`;
            yield { path, message: `${path} is 0, which is root. Use another user.` };
        }
        for (const { name, path: at, securityContext } of pod.containers) {
            if (securityContext["runAsUser"] === 0) {
                const path = `${at}.securityContext.runAsUser`;
                yield {
                    path,
                    container: name,
                    message: `${path} is 0, which is root (container "${name}"). Use another user.`,
                };
            }
        }
    },
});
