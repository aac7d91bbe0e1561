import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { isObj, obj } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import { pssParams, since } from "./pss";
import { SECCOMP_TYPES, unconfinedFaults } from "./seccomp-not-unconfined";

const SLUG = "pod.seccomp-required";
/** What an unconfined profile breaks too; the control takes the baseline one's place in a profile. */
const BASELINE_SLUG = "pod.seccomp-not-unconfined";

export const seccompProfileRequired = podControl({
    name: "seccomp-profile-required",
    description: "Every container runs under a seccomp profile.",
    why: "Without a profile every system call is open, and with it every kernel flaw behind one.",
    severity: "medium",
    covers: [SLUG, BASELINE_SLUG],
    frameworks: [
        ...pss("restricted/seccompProfile_restricted"),
        ...cis("5.6.2"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("CM-7", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Set seccompProfile.type to RuntimeDefault (or Localhost) on the pod or on every container.",
    profiles: ["restricted", "cis", "nsa", "x0tta6bl4"],
    supersedes: ["seccomp-not-unconfined"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "(variables.podSpec.?securityContext.?seccompProfile.?type.orValue('RuntimeDefault') in ['RuntimeDefault', 'Localhost'] &&",
            " variables.containers.all(c, c.?securityContext.?seccompProfile.?type.orValue(",
            "  variables.podSpec.?securityContext.?seccompProfile.?type.orValue('')) in ['RuntimeDefault', 'Localhost']))",
        ].join("\n"),
    },
    *check(pod, { params }) {
        // A rule since v1.19, when the field came; Windows pods, which can't set it, are exempt since v1.25.
        const active = since(params.pssVersion, 19);
        if (active && pod.windows && since(params.pssVersion, 25)) {
            return;
        }
        for (const fault of unconfinedFaults(pod, params.pssVersion)) {
            yield { ...fault, covers: active ? [SLUG, BASELINE_SLUG] : [BASELINE_SLUG] };
        }
        if (!active || SECCOMP_TYPES.includes(obj(pod.securityContext["seccompProfile"])["type"])) {
            return;
        }
        for (const { name, path: at, securityContext } of pod.containers) {
            if (!isObj(securityContext["seccompProfile"])) {
                const path = `${at}.securityContext.seccompProfile.type`;
                yield {
                    path,
                    container: name,
                    covers: [SLUG],
                    message: `${path} is not set, and the pod doesn't set it either (container "${name}"). Set one of them to RuntimeDefault.`,
                    absent: true,
                    fix: setField(pod.object, path, "RuntimeDefault"),
                    // Not safe: the profile forbids system calls that the kernel allows; see remedies.ts.
                };
            }
        }
    },
});
