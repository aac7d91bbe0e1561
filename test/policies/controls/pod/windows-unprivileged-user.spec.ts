import { windowsUnprivilegedUser } from "../../../../policies/controls/pod/windows-unprivileged-user";
import { describeControl } from "../../../support/control-suite";

describeControl(windowsUnprivilegedUser, {
    good: {
        container: { securityContext: { windowsOptions: { runAsUserName: "ContainerUser" } } },
        pod: { os: { name: "windows" } },
    },
    refused: {
        "a Windows container that leaves it to the image": {
            container: {},
            message:
                'spec.containers[0].securityContext.windowsOptions.runAsUserName is not set (container "web"). Set it to ContainerUser.',
        },
        "an administrator": {
            container: { securityContext: { windowsOptions: { runAsUserName: "ContainerAdministrator" } } },
            pod: {},
            message:
                'spec.containers[0].securityContext.windowsOptions.runAsUserName is "ContainerAdministrator" (container "web"). Set it to ContainerUser.',
        },
        "an administrator by its pod": {
            container: {},
            pod: {
                nodeSelector: { "kubernetes.io/os": "windows" },
                securityContext: { windowsOptions: { runAsUserName: "ContainerAdministrator" } },
            },
            message:
                'spec.securityContext.windowsOptions.runAsUserName is "ContainerAdministrator" (container "web"). Set it to ContainerUser.',
        },
    },
    allowed: {
        ContainerUser: {},
        "ContainerUser by the pod": {
            container: {},
            pod: { os: { name: "windows" }, securityContext: { windowsOptions: { runAsUserName: "ContainerUser" } } },
        },
        "ContainerUser by its domain, in any case": {
            container: { securityContext: { windowsOptions: { runAsUserName: "User Manager\\containeruser" } } },
        },
        "a managed service account": {
            container: { securityContext: { windowsOptions: { gmsaCredentialSpecName: "web" } } },
        },
        "a Linux pod": { container: {}, pod: {} },
    },
});
