import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { setField } from "../../kubernetes/path";

export const userNamespaceRequired = podControl({
    name: "user-namespace-required",
    description: "Every pod runs in a user namespace of its own.",
    why: "In a user namespace, root of the container is nobody on the node, which defuses most ways out of it.",
    severity: "low",
    // It needs a recent kernel and runtime on every node, which a stack can't know of.
    enforcement: "advisory",
    covers: ["pod.user-namespace"],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "SC-39")],
    remediation: "Set hostUsers to false.",
    profiles: [],
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "variables.podSpec.?hostUsers.orValue(true) == false",
        ].join("\n"),
    },
    *check(pod) {
        if (!pod.userNamespace && !pod.windows) {
            const path = `${pod.prefix}hostUsers`;
            const set = pod.spec["hostUsers"] === true;
            yield {
                path,
                message: `${path} is ${set ? "true" : "not set"}. Set it to false.`,
                absent: !set,
                // Not safe: volumes without ID-mapped mounts, and the host's namespaces, don't go with it.
                fix: setField(pod.object, path, false),
            };
        }
    },
});
