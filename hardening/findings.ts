import type { Enforcement, PatchOperation, Severity } from "../policies/control";
import type { FrameworkRef } from "../policies/frameworks";

/** `waived` findings stay visible; `unverifiable` means that a value is not known before deployment. */
export type FindingStatus = "violation" | "waived" | "unverifiable";

/** Who accepted a finding, and until when. */
export interface FindingWaiver {
    readonly reason: string;
    readonly owner: string;
    readonly ticket: string;
    /** Last day (UTC) on which the waiver holds, `YYYY-MM-DD`. */
    readonly expires: string;
    /** The file and entry that says so. */
    readonly from: string;
}

/** One finding, in the stable form that `--format json` prints. Fields are only ever added, at the end. */
export interface Finding {
    /** Where the object comes from: a file path, `stdin`, `stack staging`, `cluster prod`. */
    readonly source: string;
    /** Zero-based index of the YAML document within the source. */
    readonly document: number;
    /** Pulumi type token, e.g. `kubernetes:apps/v1:Deployment`; empty where the finding is about no single object. */
    readonly type: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly urn?: string;
    readonly control: string;
    /** Slugs that the finding answers for. */
    readonly covers: readonly string[];
    readonly severity: Severity;
    readonly enforcement: Enforcement;
    readonly status: FindingStatus;
    /** Full path of the field within the document. */
    readonly path: string;
    readonly message: string;
    readonly remediation: string;
    readonly frameworks: readonly FrameworkRef[];

    /** Name of the container at fault, where there is one. */
    readonly container?: string;
    /** A mechanical remedy: operations of RFC 6902 whose paths are JSON pointers within the document. */
    readonly fix?: readonly PatchOperation[];
    /** The remedy takes nothing away that a working program relies on. */
    readonly safe?: boolean;
    /** Who manages the object in a live cluster: `Helm release prod/web`. */
    readonly owner?: string;
    /** Present on `waived` findings. */
    readonly waiver?: FindingWaiver;
    /** The finding was in the baseline already, so it does not fail the run. */
    readonly known?: boolean;
}

/** `input`: something can't be read (exit code 2); `control` and `program`: the pack or the program failed (exit code 3). */
export type FailureCause = "input" | "control" | "program";

/** Why a part of a run could not be judged. A run with a failure is never clean. */
export interface Failure {
    readonly source: string;
    /** One sentence without the source; it names the field where one is at fault. */
    readonly message: string;
    readonly cause: FailureCause;
    /** One-based line in the source, where it is known. */
    readonly line?: number;
}

export interface Summary {
    /** Objects judged; each item of a list counts by itself. */
    readonly resources: number;
    readonly violations: number;
    readonly waived: number;
    readonly unverifiable: number;
    /** Findings by control, of any status. */
    readonly byControl: Readonly<Record<string, number>>;
}

/** Exit codes of every command. */
export const EXIT = { clean: 0, violations: 1, input: 2, failed: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Counts findings by status and control. */
export function summarise(findings: readonly Finding[], resources: number): Summary {
    const counts = { violation: 0, waived: 0, unverifiable: 0 };
    const byControl = new Map<string, number>();
    for (const { status, control } of findings) {
        counts[status]++;
        byControl.set(control, (byControl.get(control) ?? 0) + 1);
    }
    return {
        resources,
        violations: counts.violation,
        waived: counts.waived,
        unverifiable: counts.unverifiable,
        byControl: Object.fromEntries([...byControl].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
}

/** Says whether a finding by itself makes a run fail: a mandatory violation that the baseline doesn't hold. */
export function fails(finding: Finding): boolean {
    return finding.status === "violation" && finding.enforcement === "mandatory" && finding.known !== true;
}

/** The exit code of a run. What could not be read or judged outranks what was found. */
export function exitCode(findings: readonly Finding[], failures: readonly Failure[]): ExitCode {
    if (failures.some((failure) => failure.cause !== "input")) {
        return EXIT.failed;
    }
    if (failures.length > 0) {
        return EXIT.input;
    }
    return findings.some(fails) ? EXIT.violations : EXIT.clean;
}
