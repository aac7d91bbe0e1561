import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { removeField } from "../../kubernetes/path";

export const noSharedProcessNamespace = podControl({
    name: "no-shared-process-namespace",
    description: "No pod shares one process namespace among its containers.",
    why: "In a shared namespace every container reads the others' environment and files through /proc, secrets included.",
    severity: "medium",
    enforcement: "advisory", // It is shared within one pod, whose containers trust each other already.
    covers: ["pod.share-process-namespace"],
    frameworks: [...mitre("T1613", "T1552"), ...nist("AC-6", "SC-39")],
    remediation: "Unset shareProcessNamespace.",
    profiles: ["x0tta6bl4"],
    admission: {
        expression: "variables.podSpec == null || variables.podSpec.?shareProcessNamespace.orValue(false) == false",
    },
    *check(pod) {
        if (pod.spec["shareProcessNamespace"] === true) {
            const path = `${pod.prefix}shareProcessNamespace`;
            yield { path, message: `${path} is true. Remove it.`, fix: removeField(path) };
        }
    },
});
