import type { Control } from "../../control";
import { noPrivilegedContainers } from "./no-privileged-containers";

/** What a pod may ask of its node, in reading order. */
export const podControls: readonly Control[] = [noPrivilegedContainers];
