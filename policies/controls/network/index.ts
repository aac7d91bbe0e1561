import type { Control } from "../../control";

/** Who may talk to whom, in reading order. */
export const networkControls: readonly Control[] = [];
