import type { Severity } from "../policies/engine/control";

/** The severity order of reports, gravest first. */
export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];
