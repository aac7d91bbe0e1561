import { podControl } from "../../control";
import { checklist, mitre, nist } from "../../frameworks";

export const highGroupId = podControl({
    name: "high-group-id",
    description: "Every container runs in a group whose ID no group of the node has.",
    why: "With a group that the node knows, a process that gets out of its container reads that group's files; unset, the group is often root.",
    severity: "low",
    // The platform's own images run as user and group 1000, as the hardening guide asks.
    enforcement: "advisory",
    covers: ["pod.high-gid"],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "SC-39"), ...checklist("CTR-2")],
    remediation: "Set runAsGroup to 10000 or above, on the pod or on every container.",
    profiles: [],
    params: {
        minimum: { type: "integer", description: "The lowest group ID to allow.", default: 10000, minimum: 1 },
    },
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "variables.podSpec.?hostUsers.orValue(true) == false || variables.containers.all(c,",
            " c.?securityContext.?runAsGroup.orValue(variables.podSpec.?securityContext.?runAsGroup.orValue(0)) >= 10000)",
        ].join("\n"),
    },
    *check(pod, { params }) {
        // A user namespace maps every ID to a high one of its own; Windows has no such IDs.
        for (const { name, path: at, securityContext } of pod.windows || pod.userNamespace ? [] : pod.containers) {
            const own = securityContext["runAsGroup"];
            const id = own ?? pod.securityContext["runAsGroup"];
            if (typeof id !== "number" || id < params.minimum) {
                const path = `${own === undefined && id !== undefined ? pod.path : at}.securityContext.runAsGroup`;
                yield {
                    path,
                    container: name,
                    message: `${path} is ${typeof id === "number" ? id : "not set"} (container "${name}"). Set it to ${params.minimum} or above.`,
                    absent: id === undefined,
                };
            }
        }
    },
});
