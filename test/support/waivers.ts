import type { Control, Severity } from "../../policies/engine/control";
import { objectControl } from "../../policies/engine/control";

/** A control that waivers can name and that finds nothing by itself. */
export function waivable(name: string, severity: Severity = "high"): Control {
    return objectControl({
        name,
        description: "No object is bad.",
        why: "Bad objects are bad.",
        severity,
        covers: [],
        frameworks: [],
        remediation: "Be good.",
        profiles: [],
        kinds: ["*"],
        check: () => [],
    });
}

/** The controls that the waivers of the tests are of; the last is one over attack paths. */
export const WAIVABLE = [
    waivable("no-bad"),
    waivable("no-worse", "critical"),
    { ...waivable("no-way"), hops: ["by-bridge", "by-ford"] },
] as const;
