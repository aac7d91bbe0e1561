import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

export const strictSupplementalGroups = podControl({
    name: "strict-supplemental-groups",
    description: "Every pod takes its groups from its manifest alone.",
    why: "By default the groups of the image's /etc/group are merged in, so an image can join one that opens a volume to it.",
    severity: "low",
    // It needs a recent kubelet and runtime on every node, which a stack can't know of.
    enforcement: "advisory",
    covers: [],
    frameworks: [...mitre("T1611"), ...nist("AC-3", "AC-6")],
    remediation: "Set securityContext.supplementalGroupsPolicy to Strict and list the groups that are needed.",
    profiles: [],
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "variables.podSpec.?securityContext.?supplementalGroupsPolicy.orValue('Merge') == 'Strict'",
        ].join("\n"),
    },
    *check(pod) {
        const policy = str(pod.securityContext["supplementalGroupsPolicy"]);
        if (policy !== "Strict" && !pod.windows) {
            const path = `${pod.prefix}securityContext.supplementalGroupsPolicy`;
            yield {
                path,
                message: `${path} is ${policy === "" ? "not set" : `"${policy}"`}. Set it to Strict.`,
                absent: policy === "",
                // Not safe: a program may rely on a group that only its image knows.
                fix: setField(pod.object, path, "Strict"),
            };
        }
    },
});
