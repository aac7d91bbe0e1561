import { podControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { show } from "../../text";

export const noSysctlInjection = podControl({
    name: "no-sysctl-injection",
    description: "No sysctl's value smuggles a second one in.",
    why: "CRI-O passes a value with + or = on to the kernel as further settings, of the node too (CVE-2022-0811).",
    severity: "critical",
    covers: ["cp.cve"],
    frameworks: [...mitre("T1611"), ...nist("SI-10", "CM-7"), ...soc2("CC6.8"), ...checklist("CTR-7")],
    remediation: "Write the value alone.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(pod) {
        for (const [index, sysctl] of list(pod.securityContext["sysctls"]).entries()) {
            const value = show(obj(sysctl)["value"] ?? "");
            if (/[+=]/.test(value)) {
                const path = `${pod.prefix}securityContext.sysctls[${index}].value`;
                yield { path, message: `${path} is "${value}", which sets more than one. Write the value alone.` };
            }
        }
    },
    admission: {
        expression:
            "variables.podSpec == null || !has(variables.podSpec.securityContext) || !has(variables.podSpec.securityContext.sysctls) || !variables.podSpec.securityContext.sysctls.exists(s, s.value.contains('+') || s.value.contains('='))",
    },
});
