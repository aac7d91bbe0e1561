import type { ParamSchema } from "../../engine/control";

const NEWEST_MINOR = 37;

/** The editions of the Pod Security Standards that can be asked for. */
export const PSS_VERSIONS: readonly string[] = [
    "latest",
    ...Array.from({ length: NEWEST_MINOR + 1 }, (_, minor) => `v1.${minor}`),
];

/** The parameter of every control whose rule is part of the Pod Security Standards. */
export const pssParams = {
    pssVersion: {
        type: "string",
        description:
            "The Kubernetes version whose Pod Security Standards apply, as in a namespace's enforce-version label.",
        default: "latest",
        enum: PSS_VERSIONS,
    },
} as const satisfies Record<string, ParamSchema>;

/** Says whether `version` (one of PSS_VERSIONS) is v1.`minor` or newer. */
export function since(version: string, minor: number): boolean {
    return version === "latest" || Number(version.slice("v1.".length)) >= minor;
}
