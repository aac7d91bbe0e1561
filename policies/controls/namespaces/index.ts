import type { Control } from "../../control";

/** How namespaces are set up, in reading order. */
export const namespacesControls: readonly Control[] = [];
