import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { list } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";

export const noEphemeralContainers = podControl({
    name: "no-ephemeral-containers",
    description: "No pod is written with ephemeral containers.",
    why: "An ephemeral container joins a running pod with an image of its author's choice and outlives every review of the manifest.",
    severity: "medium",
    enforcement: "advisory", // They come by a request of their own, whose right is judged by itself.
    covers: ["pod.ephemeral-containers"],
    frameworks: [...mitre("T1609", "T1610"), ...nist("CM-5", "CM-7")],
    remediation: "Remove ephemeralContainers; debug on a copy of the pod.",
    profiles: ["x0tta6bl4"],
    admission: {
        expression: "variables.podSpec == null || variables.podSpec.?ephemeralContainers.orValue([]).size() == 0",
    },
    *check(pod) {
        if (list(pod.spec["ephemeralContainers"]).length > 0) {
            const path = `${pod.prefix}ephemeralContainers`;
            const names = pod.containers.filter(({ role }) => role === "ephemeral").map(({ name }) => `"${name}"`);
            // The API server refuses them in a pod that is created, and in every template.
            yield {
                path,
                message: `${path} holds ${names.join(", ")}. Remove it.`,
                fix: removeField(path),
                safe: true,
            };
        }
    },
});
