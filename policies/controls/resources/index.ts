import type { Control } from "../../control";

/** Resources, probes, replicas and what keeps a workload up, in reading order. */
export const resourcesControls: readonly Control[] = [];
