import type { Control } from "../../control";

/** What subjects may do, in reading order. */
export const rbacControls: readonly Control[] = [];
