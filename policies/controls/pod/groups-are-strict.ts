import { podControl } from "../../control";
import { checklist, mitre, nist, soc2 } from "../../frameworks";
import { setField } from "../../path";

export const groupsAreStrict = podControl({
    name: "groups-are-strict",
    description: "Every pod takes its groups from the manifest only, not from the image.",
    why: "By default the image's own /etc/group adds groups that no manifest and no policy shows, with the files they may read.",
    severity: "low",
    enforcement: "advisory", // Kubernetes 1.35 is the first release in which the field is stable.
    covers: [],
    frameworks: [...mitre("T1068"), ...nist("AC-6", "CM-6"), ...soc2("CC6.1"), ...checklist("CTR-7")],
    remediation: "Set securityContext.supplementalGroupsPolicy to Strict.",
    profiles: [],
    *check(pod) {
        const policy = pod.securityContext["supplementalGroupsPolicy"];
        if (!pod.windows && policy !== "Strict") {
            const path = `${pod.path}.securityContext.supplementalGroupsPolicy`;
            yield {
                path,
                message: `${path} is ${policy === undefined ? 'unset, which means "Merge"' : `"${String(policy)}"`}. Set it to "Strict".`,
                absent: policy === undefined,
                fix: setField(pod.object, path, "Strict"),
            };
        }
    },
    admission: {
        expression:
            "variables.podSpec == null || (has(variables.podSpec.os) && variables.podSpec.os.name == 'windows') || (has(variables.podSpec.securityContext) && has(variables.podSpec.securityContext.supplementalGroupsPolicy) && variables.podSpec.securityContext.supplementalGroupsPolicy == 'Strict')",
    },
});
