import type { Control } from "../../control";

/** What images may be run, in reading order. */
export const imagesControls: readonly Control[] = [];
