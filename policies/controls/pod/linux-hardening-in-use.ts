import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import type { ContainerView, PodView } from "../../kubernetes/pods";

const CONFINED: readonly unknown[] = ["RuntimeDefault", "Localhost"];

/** The last one that sets a field decides: a container's own goes before the pod's. */
function effective(pod: PodView, { securityContext }: ContainerView, field: string): Body {
    return obj(securityContext[field] ?? pod.securityContext[field]);
}

/** Says whether a container's process is held by one of the kernel's protections. What is added comes after what is dropped. */
function isHardened(pod: PodView, container: ContainerView): boolean {
    const capabilities = obj(container.securityContext["capabilities"]);
    const addsAll = strings(capabilities["add"]).some((name) => name.toUpperCase() === "ALL");
    return (
        CONFINED.includes(effective(pod, container, "seccompProfile")["type"]) ||
        CONFINED.includes(effective(pod, container, "appArmorProfile")["type"]) ||
        Object.keys(effective(pod, container, "seLinuxOptions")).length > 0 ||
        (list(capabilities["drop"]).length > 0 && !addsAll)
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
        for (const container of pod.windows ? [] : pod.containers) {
            if (!isHardened(pod, container) && !hasAnnotation(pod, container)) {
                const path = `${container.path}.securityContext`;
                yield {
                    path,
                    container: container.name,
                    message: `${path} uses none of seccomp, AppArmor, SELinux and dropped capabilities, nor does the pod (container "${container.name}"). Use at least one.`,
                    absent: true,
                    fix: setField(pod.object, `${path}.seccompProfile.type`, "RuntimeDefault"),
                };
            }
        }
    },
});
