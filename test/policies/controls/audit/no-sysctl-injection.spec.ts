import { noSysctlInjection } from "../../../../policies/controls/audit/no-sysctl-injection";
import { describeControl } from "../../../support/control-suite";

const sysctl = (value: unknown) => ({
    pod: { securityContext: { sysctls: [{ name: "kernel.shm_rmid_forced", value }] } },
});
const message = (value: string): string =>
    `spec.securityContext.sysctls[0].value is "${value}", which sets more than one. Write the value alone.`;

describeControl(noSysctlInjection, {
    refused: {
        "a second setting": {
            ...sysctl("1+kernel.core_pattern=|/bin/sh"),
            message: message("1+kernel.core_pattern=|/bin/sh"),
        },
        "an assignment": { ...sysctl("a=b"), message: message("a=b") },
    },
    allowed: { "a value": sysctl("1"), "no value": sysctl(undefined), "no sysctls": {} },
});
