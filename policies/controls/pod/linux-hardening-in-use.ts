import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import type { ContainerView, PodView } from "../../kubernetes/pods";

const CONFINED: readonly unknown[] = ["RuntimeDefault", "Localhost"];

/** Says whether a security context, of a pod or a container, turns one of the kernel's protections on. */
function hardens(securityContext: Body): boolean {
    return (
        CONFINED.includes(obj(securityContext["seccompProfile"])["type"]) ||
        CONFINED.includes(obj(securityContext["appArmorProfile"])["type"]) ||
        Object.keys(obj(securityContext["seLinuxOptions"])).length > 0 ||
        list(obj(securityContext["capabilities"])["drop"]).length > 0
    );
}

/** The annotation form of an AppArmor profile. */
function hasAnnotation(pod: PodView, { name }: ContainerView): boolean {
    const value = str(pod.annotations[`container.apparmor.security.beta.kubernetes.io/${name}`]);
    return value === "runtime/default" || value.startsWith("localhost/");
}

export const linuxHardeningInUse = podControl({
    name: "linux-hardening-in-use",
    description: "Every container uses at least one of seccomp, AppArmor, SELinux and dropped capabilities.",
    why: "A container with none of them meets the kernel with nothing in between.",
    severity: "medium",
    covers: ["pod.linux-hardening"],
    frameworks: [...nsa("Kubernetes Pod security"), ...mitre("T1611"), ...nist("CM-7", "SC-39"), ...checklist("CTR-7")],
    remediation: 'Set seccompProfile.type to RuntimeDefault and drop ["ALL"].',
    profiles: ["nsa", "x0tta6bl4"],
    admission: { none: "seccomp-profile-required and drop-all-capabilities each ask for more." },
    *check(pod) {
        if (pod.windows || hardens(pod.securityContext)) {
            return;
        }
        for (const container of pod.containers) {
            if (!hardens(container.securityContext) && !hasAnnotation(pod, container)) {
                const path = `${container.path}.securityContext`;
                yield {
                    path,
                    container: container.name,
                    message: `${path} uses none of seccomp, AppArmor, SELinux and dropped capabilities, nor does the pod (container "${container.name}"). Use at least one.`,
                    absent: true,
                    fix: setField(pod.object, `${path}.seccompProfile.type`, "RuntimeDefault"),
                    // Who writes Unconfined may mean it.
                    safe: !isObj(container.securityContext["seccompProfile"] ?? pod.securityContext["seccompProfile"]),
                };
            }
        }
    },
});
