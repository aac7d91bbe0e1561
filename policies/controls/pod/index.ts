import type { Control } from "../../control";
import { appArmorNotDisabled } from "./app-armor-not-disabled";
import { baselineCapabilitiesOnly } from "./baseline-capabilities-only";
import { dropAllCapabilities } from "./drop-all-capabilities";
import { noCustomSelinuxOptions } from "./no-custom-selinux-options";
import { noHostInProbes } from "./no-host-in-probes";
import { noHostIpc } from "./no-host-ipc";
import { noHostNetwork } from "./no-host-network";
import { noHostPathVolumes } from "./no-host-path-volumes";
import { noHostPid } from "./no-host-pid";
import { noHostPorts } from "./no-host-ports";
import { noPrivilegeEscalation } from "./no-privilege-escalation";
import { noPrivilegedContainers } from "./no-privileged-containers";
import { noRootUser } from "./no-root-user";
import { noWindowsHostProcess } from "./no-windows-host-process";
import { procMountDefault } from "./proc-mount-default";
import { procMountMasked } from "./proc-mount-masked";
import { restrictedVolumeTypes } from "./restricted-volume-types";
import { runAsNonRoot } from "./run-as-non-root";
import { safeSysctlsOnly } from "./safe-sysctls-only";
import { seccompNotUnconfined } from "./seccomp-not-unconfined";
import { seccompProfileRequired } from "./seccomp-profile-required";

/** What a pod may ask of its node, in reading order. */
export const podControls: readonly Control[] = [
    // Pod Security Standards, baseline
    noPrivilegedContainers,
    noHostPid,
    noHostIpc,
    noHostNetwork,
    noHostPathVolumes,
    noHostPorts,
    baselineCapabilitiesOnly,
    appArmorNotDisabled,
    noCustomSelinuxOptions,
    procMountMasked,
    seccompNotUnconfined,
    safeSysctlsOnly,
    noWindowsHostProcess,
    noHostInProbes,
    // Pod Security Standards, restricted
    noPrivilegeEscalation,
    runAsNonRoot,
    noRootUser,
    dropAllCapabilities,
    seccompProfileRequired,
    procMountDefault,
    restrictedVolumeTypes,
];
