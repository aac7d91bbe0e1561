import { linuxHardeningInUse } from "../../../../policies/controls/pod/linux-hardening-in-use";
import { describeControl } from "../../../support/control-suite";

describeControl(linuxHardeningInUse, {
    good: { container: { securityContext: { capabilities: { drop: ["ALL"] } } } },
    refused: {
        "a container without any protection": {
            container: {},
            message:
                'spec.containers[0].securityContext uses none of seccomp, AppArmor, SELinux and dropped capabilities, nor does the pod (container "web"). Use at least one.',
        },
        "protections that are switched off": {
            container: {
                securityContext: { seccompProfile: { type: "Unconfined" }, appArmorProfile: { type: "Unconfined" } },
            },
            message:
                'spec.containers[0].securityContext uses none of seccomp, AppArmor, SELinux and dropped capabilities, nor does the pod (container "web"). Use at least one.',
        },
        "a container that switches the pod's profile off": {
            container: { securityContext: { seccompProfile: { type: "Unconfined" } } },
            pod: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
            message:
                'spec.containers[0].securityContext uses none of seccomp, AppArmor, SELinux and dropped capabilities, nor does the pod (container "web"). Use at least one.',
        },
        "capabilities that are dropped and added again": {
            container: { securityContext: { capabilities: { drop: ["ALL"], add: ["all"] } } },
            message:
                'spec.containers[0].securityContext uses none of seccomp, AppArmor, SELinux and dropped capabilities, nor does the pod (container "web"). Use at least one.',
        },
    },
    allowed: {
        "dropped capabilities": {},
        "a seccomp profile on the pod": {
            container: {},
            pod: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
        },
        "SELinux options": { container: { securityContext: { seLinuxOptions: { level: "s0" } } } },
        "an AppArmor annotation": {
            container: {},
            metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/web": "localhost/strict" } },
        },
        "a Windows pod": { container: {}, pod: { os: { name: "windows" } } },
    },
    unknown: "spec.containers[0].securityContext.seccompProfile",
});
