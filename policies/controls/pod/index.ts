import type { Control } from "../../engine/control";
import { noDeviceAdminAccess } from "./no-device-admin-access";
import { appArmorNotDisabled } from "./app-armor-not-disabled";
import { baselineCapabilitiesOnly } from "./baseline-capabilities-only";
import { criticalPriorityBounded } from "./critical-priority-bounded";
import { dropAllCapabilities } from "./drop-all-capabilities";
import { execDecidedAtAdmission } from "./exec-decided-at-admission";
import { highGroupId } from "./high-group-id";
import { highUserId } from "./high-user-id";
import { hostPathMountsReadOnly } from "./host-path-mounts-read-only";
import { inlineDriversKnown } from "./inline-drivers-known";
import { linuxHardeningInUse } from "./linux-hardening-in-use";
import { netRawDropped } from "./net-raw-dropped";
import { noAddedCapabilities } from "./no-added-capabilities";
import { noControlPlaneScheduling } from "./no-control-plane-scheduling";
import { noCustomSelinuxOptions } from "./no-custom-selinux-options";
import { noDangerousCapabilities } from "./no-dangerous-capabilities";
import { noDangerousExecProbes } from "./no-dangerous-exec-probes";
import { noEphemeralContainers } from "./no-ephemeral-containers";
import { noFlexVolumes } from "./no-flex-volumes";
import { noGitVolumes } from "./no-git-volumes";
import { noHostAliases } from "./no-host-aliases";
import { noHostInProbes } from "./no-host-in-probes";
import { noHostIpc } from "./no-host-ipc";
import { noHostNetwork } from "./no-host-network";
import { noHostPathPersistentVolumes } from "./no-host-path-persistent-volumes";
import { noHostPathVolumes } from "./no-host-path-volumes";
import { noHostPid } from "./no-host-pid";
import { noHostPorts } from "./no-host-ports";
import { noInjectionOverrides } from "./no-injection-overrides";
import { noInteractiveTerminal } from "./no-interactive-terminal";
import { noLoaderVariables } from "./no-loader-variables";
import { noNakedPods } from "./no-naked-pods";
import { noPrivilegeEscalation } from "./no-privilege-escalation";
import { noPrivilegedContainers } from "./no-privileged-containers";
import { noPrivilegedPorts } from "./no-privileged-ports";
import { noRootGroup } from "./no-root-group";
import { noRootUser } from "./no-root-user";
import { noRuntimeSocket } from "./no-runtime-socket";
import { noSensitiveHostMounts } from "./no-sensitive-host-mounts";
import { noSharedProcessNamespace } from "./no-shared-process-namespace";
import { noSshPort } from "./no-ssh-port";
import { noSshService } from "./no-ssh-service";
import { noSudo } from "./no-sudo";
import { noWindowsHostProcess } from "./no-windows-host-process";
import { procMountDefault } from "./proc-mount-default";
import { procMountMasked } from "./proc-mount-masked";
import { readOnlyRootFilesystem } from "./read-only-root-filesystem";
import { restrictedVolumeTypes } from "./restricted-volume-types";
import { runAsNonRoot } from "./run-as-non-root";
import { safeSysctlsOnly } from "./safe-sysctls-only";
import { sandboxedRuntimeClass } from "./sandboxed-runtime-class";
import { seccompNotUnconfined } from "./seccomp-not-unconfined";
import { seccompProfileRequired } from "./seccomp-profile-required";
import { securityContextPresent } from "./security-context-present";
import { strictSupplementalGroups } from "./strict-supplemental-groups";
import { userNamespaceRequired } from "./user-namespace-required";
import { windowsUnprivilegedUser } from "./windows-unprivileged-user";

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
    // Beyond the standards
    readOnlyRootFilesystem,
    highUserId,
    highGroupId,
    noRootGroup,
    netRawDropped,
    noDangerousCapabilities,
    noAddedCapabilities,
    noRuntimeSocket,
    noSensitiveHostMounts,
    hostPathMountsReadOnly,
    noHostPathPersistentVolumes,
    noHostAliases,
    userNamespaceRequired,
    sandboxedRuntimeClass,
    noInteractiveTerminal,
    noPrivilegedPorts,
    noSshPort,
    noSshService,
    noSudo,
    noDangerousExecProbes,
    securityContextPresent,
    linuxHardeningInUse,
    noSharedProcessNamespace,
    noEphemeralContainers,
    noControlPlaneScheduling,
    noNakedPods,
    noGitVolumes,
    noFlexVolumes,
    windowsUnprivilegedUser,
    strictSupplementalGroups,
    execDecidedAtAdmission,
    noInjectionOverrides,
    noLoaderVariables,
    inlineDriversKnown,
    criticalPriorityBounded,
    noDeviceAdminAccess,
];
