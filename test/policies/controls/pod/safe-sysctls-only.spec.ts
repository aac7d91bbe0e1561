import { safeSysctlsOnly } from "../../../../policies/controls/pod/safe-sysctls-only";
import { describeControl } from "../../../support/control-suite";

describeControl(safeSysctlsOnly, {
    refused: {
        "a kernel parameter of the node": {
            pod: { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } },
            message:
                'spec.securityContext.sysctls[0].name is "kernel.msgmax", which is outside the safe set. Remove it.',
        },
        "a parameter before the version that allows it": {
            pod: { securityContext: { sysctls: [{ name: "net.ipv4.tcp_rmem", value: "1 2 3" }] } },
            params: { pssVersion: "v1.31" },
            message:
                'spec.securityContext.sysctls[0].name is "net.ipv4.tcp_rmem", which is outside the safe set. Remove it.',
        },
    },
    allowed: {
        "safe parameters": {
            pod: {
                securityContext: {
                    sysctls: [
                        { name: "kernel.shm_rmid_forced", value: "0" },
                        { name: "net.ipv4.tcp_notsent_lowat", value: "16384" },
                    ],
                },
            },
        },
        "a parameter from the version that allows it": {
            pod: { securityContext: { sysctls: [{ name: "net.ipv4.tcp_rmem", value: "1 2 3" }] } },
            params: { pssVersion: "v1.32" },
        },
        "a parameter that the configuration allows": {
            pod: { securityContext: { sysctls: [{ name: "net.core.somaxconn", value: "1024" }] } },
            params: { allowed: ["net.core.somaxconn"] },
        },
        "a pod without sysctls": {},
    },
});
