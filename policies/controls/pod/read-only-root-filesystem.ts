import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa } from "../../engine/frameworks";
import { setField } from "../../kubernetes/path";

export const readOnlyRootFilesystem = podControl({
    name: "read-only-root-filesystem",
    description: "Every container's root filesystem is read-only.",
    why: "On a writable root filesystem an attacker can leave tools and change the program that runs.",
    severity: "medium",
    covers: ["pod.read-only-root-fs"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...cis("5.6.3"),
        ...mitre("T1609"),
        ...nist("CM-5", "SI-7"),
        ...checklist("CTR-7"),
    ],
    remediation: "Set readOnlyRootFilesystem to true and mount an emptyDir where the program writes.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "variables.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false) == true)",
        ].join("\n"),
    },
    *check(pod) {
        // Windows can't run a container without writing to its root.
        for (const { name, path: at, securityContext } of pod.windows ? [] : pod.containers) {
            const value = securityContext["readOnlyRootFilesystem"];
            if (value !== true) {
                const path = `${at}.securityContext.readOnlyRootFilesystem`;
                yield {
                    path,
                    container: name,
                    message: `${path} is ${value === false ? "false" : "not set"} (container "${name}"). Set it to true.`,
                    absent: value !== false,
                    // Not safe: a program that writes below / would fail until an emptyDir is mounted there.
                    fix: setField(pod.object, path, true),
                };
            }
        }
    },
});
