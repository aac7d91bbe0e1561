import type { Control } from "../../control";
import { podSecurityEnforced } from "./pod-security-enforced";

/** How namespaces are fenced, in reading order. */
export const namespacesControls: readonly Control[] = [podSecurityEnforced];
