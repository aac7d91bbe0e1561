import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, pss } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

export const noWindowsHostProcess = podControl({
    name: "no-windows-host-process",
    description: "No Windows pod or container runs as a process of its node.",
    why: "A HostProcess container runs outside any container boundary, with the rights of an account of the node.",
    severity: "critical",
    covers: ["pod.windows-host-process"],
    frameworks: [
        ...pss("baseline/windowsHostProcess"),
        ...cis("5.2.10"),
        ...mitre("T1610", "T1611"),
        ...nist("AC-6", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Unset windowsOptions.hostProcess.",
    profiles: ["baseline", "restricted", "cis", "x0tta6bl4"],
    admission: {
        expression: [
            "variables.podSpec == null ||",
            "(variables.podSpec.?securityContext.?windowsOptions.?hostProcess.orValue(false) == false &&",
            " variables.containers.all(c, c.?securityContext.?windowsOptions.?hostProcess.orValue(false) == false))",
        ].join("\n"),
    },
    *check(pod) {
        if (obj(pod.securityContext["windowsOptions"])["hostProcess"] === true) {
            const path = `${pod.prefix}securityContext.windowsOptions.hostProcess`;
            yield { path, message: `${path} is true. Remove it.`, fix: removeField(path) };
        }
        for (const { name, path: at, securityContext } of pod.containers) {
            if (obj(securityContext["windowsOptions"])["hostProcess"] === true) {
                const path = `${at}.securityContext.windowsOptions.hostProcess`;
                yield {
                    path,
                    container: name,
                    message: `${path} is true (container "${name}"). Remove it.`,
                    fix: removeField(path),
                };
            }
        }
    },
});
