import type { Control } from "../../control";

/** How secrets and data are kept, in reading order. */
export const secretsControls: readonly Control[] = [];
