import { noLoaderVariables } from "../../../../policies/controls/pod/no-loader-variables";
import { describeControl } from "../../../support/control-suite";

const message = (name: string, index = 0): string =>
    `spec.containers[0].env[${index}].name is "${name}", which loads code into every program that starts (container "web"). Build it into the image.`;

describeControl(noLoaderVariables, {
    refused: {
        "a library in front of all others": {
            container: { env: [{ name: "LD_PRELOAD", value: "/data/x.so" }] },
            message: message("LD_PRELOAD"),
        },
        "an auditor of the linker, from a ConfigMap": {
            container: {
                env: [
                    { name: "MODE", value: "on" },
                    { name: "LD_AUDIT", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } },
                ],
            },
            message: message("LD_AUDIT", 1),
        },
        "a script before every shell": {
            container: { env: [{ name: "BASH_ENV", value: "/x" }] },
            message: message("BASH_ENV"),
        },
    },
    allowed: {
        "a folder of libraries": { container: { env: [{ name: "LD_LIBRARY_PATH", value: "/usr/local/lib" }] } },
        "a name that only ends so": { container: { env: [{ name: "APP_LD_PRELOAD", value: "x" }] } },
        "no variables": {},
    },
});
