/** The parameter by which controls of the API take the release that a stack is for. */
export const KUBERNETES_VERSION = {
    kubernetesVersion: {
        type: "string",
        description: "The Kubernetes version the stack is for, e.g. `v1.31`; `latest` for the newest known.",
        default: "latest",
    },
} as const;
