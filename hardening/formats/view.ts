import type { Severity } from "../../policies/engine/control";
import type { Finding } from "../findings";
import { SEVERITIES } from "../severity";
import type { Label } from "./order";
import { labelOf } from "./order";

/** What of a run the tree shows. What it leaves out is counted all the same, and the exit code does not depend on it. */
export interface View {
    /** Findings of lower severity are left out. */
    readonly minSeverity: Severity;
    /** Findings that are advisory or in the baseline are shown. */
    readonly advisory: boolean;
    /** `summary`: counts only; `full`: each finding and each waiver; `auto`: counts where the findings are many. */
    readonly extent: "auto" | "summary" | "full";
    /** What the findings that are shown are about is said below them, once for each control. */
    readonly explain: boolean;
    /** The command line that showed this one, without the options of the view, ready for a shell. */
    readonly command: string;
}

export const WHOLE_VIEW: View = {
    minSeverity: "low",
    advisory: true,
    extent: "auto",
    explain: false,
    command: "hardening",
};

const QUIET: readonly Label[] = ["advisory", "known"];

export function isShown(finding: Finding, { minSeverity, advisory }: View): boolean {
    return (
        SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(minSeverity) &&
        (advisory || !QUIET.includes(labelOf(finding)))
    );
}
