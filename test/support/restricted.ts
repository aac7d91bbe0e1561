/** The security context of a pod, as every component states it: of no more than the restricted standard. */
export const RESTRICTED_POD = {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    fsGroup: 1000,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
} as const;

/** That of its containers: no rights to gain, none to start with, and nothing to write to. */
export const RESTRICTED_CONTAINER = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
} as const;
