import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa } from "../../engine/frameworks";
import { setField } from "../../kubernetes/path";
import { ifKnown } from "../../kubernetes/unknown";

export const securityContextPresent = podControl({
    name: "security-context-present",
    description: "Every container states a security context of its own.",
    why: "Privilege escalation, capabilities and the root filesystem have no field on the pod: a container that states nothing gets the open defaults.",
    severity: "medium",
    covers: ["pod.security-context-present"],
    frameworks: [
        ...cis("5.6.3"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1610"),
        ...nist("AC-6", "CM-6"),
        ...checklist("CTR-7"),
    ],
    remediation: "Give the container a securityContext: no escalation, read-only root, capabilities dropped.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    admission: { expression: "variables.containers.all(c, c.?securityContext.orValue({}).size() > 0)" },
    *check(pod) {
        for (const { name, path: at, securityContext, body } of pod.containers) {
            // A field that is left empty is as good as left out; one that is unknown yet is not.
            const isLeftOut = (field: string): boolean => ifKnown(() => securityContext[field]) === null;
            if (Object.keys(securityContext).every(isLeftOut)) {
                const path = `${at}.securityContext`;
                const empty = body["securityContext"] !== undefined;
                yield {
                    path,
                    container: name,
                    message: `${path} is ${empty ? "empty" : "not set"} (container "${name}"). State one.`,
                    absent: !empty,
                    // Windows knows no such field. Not safe: see remedies.ts.
                    ...(!pod.windows && { fix: setField(pod.object, `${path}.allowPrivilegeEscalation`, false) }),
                };
            }
        }
    },
});
