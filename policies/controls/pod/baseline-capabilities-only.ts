import { texts } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

/**
 * What a container may add at the baseline level (Pod Security Standards, all versions): what container runtimes grant by
 * default, without NET_RAW. Names are case-sensitive, as in the API's own check.
 */
export const BASELINE_CAPABILITIES: ReadonlySet<string> = new Set([
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
]);

export const baselineCapabilitiesOnly = podControl({
    name: "baseline-capabilities-only",
    description: "No container adds a capability beyond the baseline set.",
    why: "Each further capability is a piece of root on the node; several of them alone are enough to leave the container.",
    severity: "high",
    covers: ["pod.capabilities-add-baseline"],
    frameworks: [
        ...pss("baseline/capabilities_baseline"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611", "T1068"),
        ...nist("AC-6"),
        ...checklist("CTR-7"),
    ],
    remediation: "Remove the capability from securityContext.capabilities.add.",
    profiles: ["baseline", "restricted", "nsa", "x0tta6bl4"],
    admission: {
        expression:
            "variables.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(a, a in variables.baselineCapabilities))",
        variables: { baselineCapabilities: texts(BASELINE_CAPABILITIES) },
    },
    *check(pod) {
        for (const container of pod.containers) {
            const { name, path, securityContext } = container;
            for (const [index, capability] of list(obj(securityContext["capabilities"])["add"]).entries()) {
                if (typeof capability === "string" && !BASELINE_CAPABILITIES.has(capability)) {
                    const field = `${path}.securityContext.capabilities.add[${index}]`;
                    yield {
                        path: field,
                        container: name,
                        message: `${field} is "${capability}", beyond the baseline set (container "${name}"). Remove it.`,
                        fix: removeField(field),
                    };
                }
            }
        }
    },
});
