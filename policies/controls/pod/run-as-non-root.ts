import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss, soc2 } from "../../engine/frameworks";
import { setField } from "../../kubernetes/path";
import { pssParams, since } from "./pss";
import { runsAsNamedUser } from "./remedies";

export const runAsNonRoot = podControl({
    name: "run-as-non-root",
    description: "Every container is kept from running as root.",
    why: "Root in a container is root on the node for every flaw that lets a process out.",
    severity: "high",
    covers: ["pod.run-as-non-root"],
    frameworks: [
        ...pss("restricted/runAsNonRoot"),
        ...cis("5.2.7"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6"),
        ...soc2("CC6.1"),
        ...checklist("CTR-2", "CTR-7"),
    ],
    remediation: "Set runAsNonRoot to true on the pod or on every container, and build the image with a numeric USER.",
    profiles: ["restricted", "cis", "nsa", "x0tta6bl4"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?hostUsers.orValue(true) == false ||",
            "(variables.podSpec.?securityContext.?runAsNonRoot.orValue(true) == true &&",
            " variables.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(",
            "  variables.podSpec.?securityContext.?runAsNonRoot.orValue(false)) == true))",
        ].join("\n"),
    },
    *check(pod, { params }) {
        // In a user namespace root is nobody on the node (rule of v1.35).
        if (pod.userNamespace && since(params.pssVersion, 35)) {
            return;
        }
        const ofPod = pod.securityContext["runAsNonRoot"];
        if (ofPod === false) {
            const path = `${pod.prefix}securityContext.runAsNonRoot`;
            yield {
                path,
                message: `${path} is false. Set it to true.`,
                fix: setField(pod.object, path, true),
                // Not safe: it reaches what admission adds to the pod as well, such as a sidecar, or a debugger that is root.
            };
        }
        for (const container of pod.containers) {
            const { name, path: at, securityContext } = container;
            const own = securityContext["runAsNonRoot"];
            const path = `${at}.securityContext.runAsNonRoot`;
            if (own === false) {
                yield {
                    path,
                    container: name,
                    message: `${path} is false (container "${name}"). Set it to true.`,
                    fix: setField(pod.object, path, true),
                    safe: runsAsNamedUser(pod, container),
                };
            } else if (own !== true && ofPod !== true) {
                yield {
                    path,
                    container: name,
                    message: `${path} is not set, and the pod doesn't set it either (container "${name}"). Set one of them to true.`,
                    absent: true,
                    // An image that runs as root would no longer start, unless the manifest names another user.
                    fix: setField(pod.object, path, true),
                    safe: runsAsNamedUser(pod, container),
                };
            }
        }
    },
});
