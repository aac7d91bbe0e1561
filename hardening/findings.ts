import type { Enforcement, Severity } from "../policies/engine/control";
import type { PatchOperation } from "../policies/kubernetes/path";
import type { FrameworkRef } from "../policies/engine/frameworks";

/**
 * `waived` by a person, `excepted` by the component that makes the object: both stay visible. `unverifiable` means that a
 * value is not known before deployment.
 */
export type FindingStatus = "violation" | "waived" | "excepted" | "unverifiable";

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

/** Which component can't do without what was found, and why. */
export interface FindingException {
    /** Type token of the component, e.g. `x0tta6bl4:spire:SpireAgent`. */
    readonly component: string;
    readonly reason: string;
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
    /** Present on `excepted` findings. */
    readonly exception?: FindingException;
    /** The field is missing. */
    readonly absent?: boolean;
    /** Findings of the same object that state the same fact, where the profile makes one of them. */
    readonly also?: readonly FoldedFinding[];
}

/** A finding that another one stands for. */
export type FoldedFinding = Pick<Finding, "control" | "severity" | "enforcement" | "path" | "message" | "container">;

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
    /** The only kind of object that could not be read, where it is known. */
    readonly unread?: { readonly group: string; readonly kind: string };
}

/** Where a failure is, as compilers name places: `deploy.yaml:12`. */
export function placeOfFailure({ source, line }: Pick<Failure, "source" | "line">): string {
    return line === undefined ? source : `${source}:${line}`;
}

/** What no control has looked at: neither clean nor at fault. */
export interface NotJudged {
    readonly source: string;
    /** Zero-based index of the YAML document within the source. */
    readonly document: number;
    /** With its API group, as kubectl writes it: `Workflow.argoproj.io`. Empty where not even that is known. */
    readonly kind: string;
    /** `namespace/name`, or `name` alone. */
    readonly name: string;
    /** Why, as it reads after "not judged:". */
    readonly reason: string;
}

export interface Summary {
    /** Objects judged; each item of a list counts by itself. */
    readonly resources: number;
    readonly violations: number;
    readonly waived: number;
    readonly unverifiable: number;
    /** Findings that a component needs excepted. */
    readonly excepted: number;
    /** Objects that no control has looked at. */
    readonly notJudged: number;
    /** Findings by control, of any status. */
    readonly byControl: Readonly<Record<string, number>>;
}

/** Exit codes of every command. */
export const EXIT = { clean: 0, violations: 1, input: 2, failed: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Counts findings as they go by. */
export class Tally {
    /** Violations that don't make the run fail although nobody has waived them. */
    public advisory = 0;
    /** Violations that the baseline holds. */
    public known = 0;
    /** Findings that make the run fail. */
    public failing = 0;
    /** Objects that no control has looked at. */
    public notJudged = 0;
    private readonly counts = { violation: 0, waived: 0, excepted: 0, unverifiable: 0 };
    private readonly byControl = new Map<string, number>();

    public add(finding: Finding): void {
        const { status, control } = finding;
        this.counts[status]++;
        this.byControl.set(control, (this.byControl.get(control) ?? 0) + 1);
        if (fails(finding)) {
            this.failing++;
        } else if (status === "violation") {
            this[finding.known === true ? "known" : "advisory"]++;
        }
    }

    /** Findings whose value is not known before deployment. */
    public get unverifiable(): number {
        return this.counts.unverifiable;
    }

    public summary(resources: number): Summary {
        return {
            resources,
            violations: this.counts.violation,
            waived: this.counts.waived,
            unverifiable: this.counts.unverifiable,
            excepted: this.counts.excepted,
            notJudged: this.notJudged,
            byControl: Object.fromEntries([...this.byControl].sort(([a], [b]) => (a < b ? -1 : 1))),
        };
    }
}

/** Counts findings by status and control. */
export function summarise(findings: Iterable<Finding>, resources: number): Summary {
    const tally = new Tally();
    for (const finding of findings) {
        tally.add(finding);
    }
    return tally.summary(resources);
}

/** The same findings, each counted as it goes by; the counts are returned with what they came to. */
export function* counted<Came extends { readonly notJudged: readonly NotJudged[] }>(
    findings: Generator<Finding, Came, undefined>,
): Generator<Finding, Came & { readonly tally: Tally }, undefined> {
    const tally = new Tally();
    for (;;) {
        const next = findings.next();
        if (next.done === true) {
            tally.notJudged = next.value.notJudged.length;
            return { ...next.value, tally };
        }
        tally.add(next.value);
        yield next.value;
    }
}

/** Says whether a finding by itself makes a run fail: a mandatory violation that the baseline doesn't hold. */
export function fails(finding: Finding): boolean {
    return finding.status === "violation" && finding.enforcement === "mandatory" && finding.known !== true;
}

/**
 * The exit code of a run. What could not be read outranks what was found. A strict run fails too where something is
 * unverifiable or no control has looked at it.
 */
export function exitCode(tally: Tally, failures: readonly Failure[], strict = false): ExitCode {
    if (failures.some((failure) => failure.cause !== "input")) {
        return EXIT.failed;
    }
    if (failures.length > 0) {
        return EXIT.input;
    }
    const unknown = strict ? tally.notJudged + tally.unverifiable : 0;
    return tally.failing + unknown > 0 ? EXIT.violations : EXIT.clean;
}
