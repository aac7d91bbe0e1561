import { noCustomSelinuxOptions } from "../../../../policies/controls/pod/no-custom-selinux-options";
import { describeControl } from "../../../support/control-suite";

describeControl(noCustomSelinuxOptions, {
    refused: {
        "a type of one's own": {
            container: { securityContext: { seLinuxOptions: { type: "spc_t", level: "s0:c1,c2" } } },
            message:
                'spec.containers[0].securityContext.seLinuxOptions.type is "spc_t" (container "web"). Remove it or use container_t, container_init_t, container_kvm_t, container_engine_t.',
        },
        "a user and a role on the pod": {
            pod: { securityContext: { seLinuxOptions: { user: "system_u", role: "sysadm_r" } } },
            message: [
                'spec.securityContext.seLinuxOptions.user is "system_u". Remove it.',
                'spec.securityContext.seLinuxOptions.role is "sysadm_r". Remove it.',
            ],
        },
        "container_engine_t before v1.31": {
            container: { securityContext: { seLinuxOptions: { type: "container_engine_t" } } },
            params: { pssVersion: "v1.30" },
            message:
                'spec.containers[0].securityContext.seLinuxOptions.type is "container_engine_t" (container "web"). Remove it or use container_t, container_init_t, container_kvm_t.',
        },
    },
    allowed: {
        "a confined type": { container: { securityContext: { seLinuxOptions: { type: "container_kvm_t" } } } },
        "container_engine_t since v1.31": {
            container: { securityContext: { seLinuxOptions: { type: "container_engine_t" } } },
            params: { pssVersion: "v1.31" },
        },
        "a level alone": { pod: { securityContext: { seLinuxOptions: { level: "s0:c1,c2", user: "" } } } },
        "no options": {},
    },
});
