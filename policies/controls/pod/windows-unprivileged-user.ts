import { podControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import { obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { join } from "../../kubernetes/walk";

const UNPRIVILEGED = "ContainerUser";
/** With the domain that Windows containers keep it in, or without; Windows doesn't tell the case of names. */
const IS_UNPRIVILEGED = /^(?:User Manager\\)?ContainerUser$/i;

/** A group managed service account acts with rights that the domain gives, not with the container's. */
function hasServiceAccount(options: Body): boolean {
    return str(options["gmsaCredentialSpecName"]) !== "" || str(options["gmsaCredentialSpec"]) !== "";
}

/** Windows pods say so in `os`, in their node selector, or by options that only Windows reads. */
function isWindows(pod: PodView): boolean {
    const selector = obj(pod.spec["nodeSelector"]);
    return (
        pod.windows ||
        selector["kubernetes.io/os"] === "windows" ||
        [pod.securityContext, ...pod.containers.map(({ securityContext }) => securityContext)].some(
            (context) => Object.keys(obj(context["windowsOptions"])).length > 0,
        )
    );
}

export const windowsUnprivilegedUser = podControl({
    name: "windows-unprivileged-user",
    description: "Every Windows container runs as ContainerUser or under a managed service account.",
    why: "Unset, the image decides, and many Windows images run as ContainerAdministrator.",
    severity: "medium",
    covers: ["pod.windows-user"],
    frameworks: [...mitre("T1611"), ...nist("AC-6"), ...checklist("CTR-2")],
    remediation: "Set windowsOptions.runAsUserName to ContainerUser, on the pod or on every container.",
    profiles: ["x0tta6bl4"],
    admission: { none: "Which pods are for Windows is not always written in them." },
    *check(pod) {
        if (!isWindows(pod)) {
            return;
        }
        const ofPod = obj(pod.securityContext["windowsOptions"]);
        for (const { name, path: at, securityContext } of pod.containers) {
            const own = obj(securityContext["windowsOptions"]);
            const user = str(own["runAsUserName"]) || str(ofPod["runAsUserName"]);
            if (!IS_UNPRIVILEGED.test(user) && !(user === "" && (hasServiceAccount(own) || hasServiceAccount(ofPod)))) {
                const holder = str(own["runAsUserName"]) === "" && user !== "" ? pod.path : at;
                const path = `${join(holder, "securityContext")}.windowsOptions.runAsUserName`;
                yield {
                    path,
                    container: name,
                    message: `${path} is ${user === "" ? "not set" : `"${user}"`} (container "${name}"). Set it to ${UNPRIVILEGED}.`,
                    absent: user === "",
                    fix: setField(pod.object, path, UNPRIVILEGED),
                };
            }
        }
    },
});
