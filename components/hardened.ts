import type * as k8s from "@pulumi/kubernetes";

/** What a pod needs to reach the SPIFFE Workload API; made by the SPIRE component. */
export interface PodIdentity {
    readonly volumes: readonly k8s.types.input.core.v1.Volume[];
    readonly volumeMounts: readonly k8s.types.input.core.v1.VolumeMount[];
    readonly env: readonly k8s.types.input.core.v1.EnvVar[];
    /** Labels that the registration entry selects the pod by. */
    readonly labels: Readonly<Record<string, string>>;
}

/** The image's user and group. */
const RUN_AS = 1000;

/** The container's hardened security context. */
export function containerSecurity(): k8s.types.input.core.v1.SecurityContext {
    return {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
    };
}

/** The pod's hardened security context: every process is uid and gid 1000, under the runtime's seccomp profile. */
export function podSecurity(): k8s.types.input.core.v1.PodSecurityContext {
    return {
        runAsNonRoot: true,
        runAsUser: RUN_AS,
        runAsGroup: RUN_AS,
        fsGroup: RUN_AS,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
    };
}
