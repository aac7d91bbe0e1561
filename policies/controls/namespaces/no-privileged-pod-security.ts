import { literal } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss, soc2 } from "../../engine/frameworks";
import { child, setField } from "../../kubernetes/path";
import { ENFORCE } from "../../kubernetes/pod-security";

export const noPrivilegedPodSecurity = objectControl({
    name: "no-privileged-pod-security",
    description: "No namespace enforces the Pod Security level privileged.",
    why: "At this level every pod is admitted, on the host's network, in its process space or with all capabilities.",
    severity: "high",
    covers: ["ns.psa-privileged-denied"],
    frameworks: [
        ...pss("baseline/namespace"),
        ...cis("5.2.1", "5.2.2"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1610", "T1611"),
        ...nist("CM-6", "CM-7"),
        ...soc2("CC6.8"),
        ...checklist("ACC-4"),
    ],
    remediation: "Set the level to restricted or baseline; keep privileged for namespaces of node agents, by waiver.",
    // pod-security-enforced refuses the level too; two findings for one label help nobody.
    profiles: [],
    kinds: ["Namespace"],
    *check(namespace) {
        if (namespace.labels[ENFORCE] === "privileged") {
            const path = child(`${namespace.prefix}metadata.labels`, ENFORCE);
            yield {
                path,
                message: `${path} is "privileged", so any pod is admitted. Set it to "restricted" or "baseline".`,
                fix: setField(namespace, path, "restricted"),
            };
        }
    },
    admission: {
        expression: `!has(object.metadata.labels) || !(${literal(ENFORCE)} in object.metadata.labels) || object.metadata.labels[${literal(ENFORCE)}] != 'privileged'`,
    },
});
