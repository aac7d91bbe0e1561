import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";

/** Switches that let pods onto the node, of PodSecurityPolicy and of OpenShift's SecurityContextConstraints. */
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
    PodSecurityPolicy: ["privileged", "hostPID", "hostIPC", "hostNetwork", "allowPrivilegeEscalation"],
    SecurityContextConstraints: [
        "allowPrivilegedContainer",
        "allowHostPID",
        "allowHostIPC",
        "allowHostNetwork",
        "allowHostDirVolumePlugin",
        "allowHostPorts",
        "allowPrivilegeEscalation",
    ],
};

/** The fields every PodSecurityPolicy has to have; one without them is an excerpt, and what it leaves out says nothing. */
const REQUIRED = ["runAsUser", "seLinux", "fsGroup", "supplementalGroups"];

export const noLaxPodSecurityPolicies = objectControl({
    name: "no-lax-pod-security-policies",
    description: "No PodSecurityPolicy or SecurityContextConstraints lets pods onto the node or run as root.",
    why: "Whoever may use such a policy may take the node; clusters that still know the kinds enforce them.",
    severity: "high",
    covers: ["cp.psp"],
    frameworks: [
        ...cis("5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.2.6", "5.2.7", "5.2.9"),
        ...mitre("T1610", "T1611"),
        ...nist("AC-6", "CM-7"),
        ...soc2("CC6.8"),
        ...checklist("ACC-4"),
    ],
    remediation: "Move to Pod Security Admission; until then set the fields as the message says.",
    profiles: ["cis", "nsa"],
    kinds: [
        "policy/PodSecurityPolicy",
        "extensions/PodSecurityPolicy",
        "security.openshift.io/SecurityContextConstraints",
    ],
    *check(object) {
        const isPolicy = object.kind === "PodSecurityPolicy";
        const base = isPolicy ? `${object.prefix}spec.` : object.prefix;
        const body = isPolicy ? obj(object.body["spec"]) : object.body;
        for (const field of SWITCHES[object.kind] ?? []) {
            if (body[field] === true) {
                yield { path: `${base}${field}`, message: `${base}${field} is true. Set it to false.` };
            }
        }
        if (isPolicy) {
            yield* policyFaults(object, body, base);
        }
    },
    admission: { none: "No supported release of the API server knows PodSecurityPolicy any more." },
});

function* policyFaults(object: KubeObject, spec: Body, base: string): Iterable<Fault> {
    const whole = REQUIRED.every((field) => spec[field] !== undefined);
    if (whole && spec["allowPrivilegeEscalation"] === undefined) {
        const path = `${base}allowPrivilegeEscalation`;
        yield { path, message: `${path} is unset, which means true. Set it to false.`, absent: true };
    }
    const user = obj(spec["runAsUser"]);
    const rule = str(user["rule"]);
    const fromRoot = list(user["ranges"]).some((range) => obj(range)["min"] === 0);
    if (rule === "RunAsAny" || (rule === "MustRunAs" && fromRoot)) {
        const path = `${base}runAsUser.rule`;
        yield { path, message: `${path} is "${rule}"${fromRoot ? " from user 0" : ""}. Set it to "MustRunAsNonRoot".` };
    }
    const drops = strings(spec["requiredDropCapabilities"]);
    const dropped = ["ALL", "NET_RAW"].some((name) => drops.includes(name));
    if (!dropped && (whole || drops.length > 0)) {
        const path = `${base}requiredDropCapabilities`;
        yield {
            path,
            message: `${path} holds ${drops.join(", ") || "nothing"}. Drop ALL.`,
            absent: drops.length === 0,
        };
    }
    const adds = strings(spec["allowedCapabilities"]);
    if (adds.length > 0) {
        const path = `${base}allowedCapabilities`;
        yield { path, message: `${path} holds ${adds.join(", ")}. Allow none.` };
    }
    const seccomp = str(object.annotations["seccomp.security.alpha.kubernetes.io/allowedProfileNames"]);
    if (seccomp.split(",").some((name) => ["*", "unconfined"].includes(name.trim()))) {
        const path = `${object.prefix}metadata.annotations["seccomp.security.alpha.kubernetes.io/allowedProfileNames"]`;
        yield { path, message: `${path} is "${seccomp}". Allow runtime/default.` };
    }
}
