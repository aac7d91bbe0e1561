import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa } from "../../engine/frameworks";
import { obj, strings } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

export const noAddedCapabilities = podControl({
    name: "no-added-capabilities",
    description: "No container adds any capability.",
    why: "Most programs need none, and each one added is at the service of whoever takes the container over.",
    severity: "low",
    // The restricted standard allows NET_BIND_SERVICE, and so do our stacks.
    enforcement: "advisory",
    covers: ["pod.capabilities-add-any"],
    frameworks: [
        ...cis("5.2.9"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1068"),
        ...nist("AC-6"),
        ...checklist("CTR-7"),
    ],
    remediation: "Remove securityContext.capabilities.add; bind ports from 1024 up.",
    profiles: ["cis"],
    admission: {
        expression: "variables.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).size() == 0)",
    },
    *check(pod) {
        for (const container of pod.containers) {
            const { name, path, securityContext } = container;
            const added = strings(obj(securityContext["capabilities"])["add"]);
            if (added.length > 0) {
                const field = `${path}.securityContext.capabilities.add`;
                yield {
                    path: field,
                    container: name,
                    message: `${field} is ${JSON.stringify(added)} (container "${name}"). Remove it.`,
                    fix: removeField(field),
                };
            }
        }
    },
});
