import type { Control } from "../../control";

/** SPIFFE identities, SPIRE and post-quantum key exchange, in reading order. */
export const identityControls: readonly Control[] = [];
