import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { removeField } from "../../kubernetes/path";

export const noPrivilegedContainers = podControl({
    name: "no-privileged-containers",
    description: "No container runs privileged.",
    why: "A privileged container holds every capability and every device of its node: who takes it over owns the node.",
    severity: "critical",
    covers: ["pod.privileged"],
    frameworks: [
        ...pss("baseline/privileged"),
        ...cis("5.2.2"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1610", "T1611"),
        ...nist("AC-6", "CM-7"),
        ...checklist("CTR-7", "PRE-7"),
    ],
    remediation: "Unset securityContext.privileged and add only the capabilities the container needs.",
    profiles: ["baseline", "restricted", "cis", "nsa", "x0tta6bl4"],
    admission: {
        expression: "variables.containers.all(c, c.?securityContext.?privileged.orValue(false) == false)",
    },
    *check(pod) {
        for (const { name, path, securityContext } of pod.containers) {
            if (securityContext["privileged"] === true) {
                yield {
                    path: `${path}.securityContext.privileged`,
                    container: name,
                    message: `${path}.securityContext.privileged is true (container "${name}"). Remove it.`,
                    fix: removeField(`${path}.securityContext.privileged`),
                };
            }
        }
    },
});
