import type { Control } from "../../control";

/** What is logged, and the control plane's own flags, in reading order. */
export const auditControls: readonly Control[] = [];
