import { podControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { removeField, setField } from "../../kubernetes/path";

export const noDeprecatedServiceAccountField = podControl({
    name: "no-deprecated-service-account-field",
    description: "No pod names its service account in the deprecated field serviceAccount.",
    why: "Tools and reviewers look at serviceAccountName; what stands in the old field goes past them.",
    severity: "low",
    enforcement: "advisory", // The field still does what the one that replaced it does.
    covers: ["sa.deprecated-field"],
    frameworks: [...nist("CM-6"), ...checklist("ACC-3")],
    remediation: "Write serviceAccountName instead of serviceAccount.",
    profiles: ["x0tta6bl4"],
    *check(pod) {
        const old = str(pod.spec["serviceAccount"]);
        const current = str(pod.spec["serviceAccountName"]);
        // The API server writes the old field beside the new one, with the same value.
        if (old !== "" && old !== current) {
            const path = `${pod.prefix}serviceAccount`;
            yield {
                path,
                message: `${path} is "${old}"${current === "" ? "" : `, while serviceAccountName is "${current}"`}. Write serviceAccountName instead.`,
                fix: [
                    ...(current === "" ? setField(pod.object, `${pod.prefix}serviceAccountName`, old) : []),
                    ...removeField(path),
                ],
                // The API server takes the old field where the new one is empty, and passes it over else (Convert_v1_PodSpec_To_core_PodSpec).
                safe: true,
            };
        }
    },
    admission: { none: "The API server copies each of the two fields to the other before admission." },
});
