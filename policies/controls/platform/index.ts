import type { Control } from "../../control";

/** Falco, External Secrets, meshes and admission, in reading order. */
export const platformControls: readonly Control[] = [];
