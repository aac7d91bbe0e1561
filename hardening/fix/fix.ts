import type { Resource } from "../../policies/resource";
import { groupBy } from "../collections";
import type { EvaluateOptions } from "../evaluate";
import { evaluate } from "../evaluate";
import type { Failure, Finding } from "../findings";
import { parseManifest } from "../sources/manifests";
import { editText, EditRefused } from "./edit";
import { overlaps } from "./patch";

/** A file as it is being mended. */
export interface MendedFile {
    readonly source: string;
    readonly before: string;
    readonly after: string;
    /** What was put right, in the order in which it was. */
    readonly fixed: readonly Finding[];
    /** Safe remedies that could not be written, with the reason. */
    readonly refused: readonly { readonly finding: Finding; readonly reason: string }[];
}

/** What came of mending some files. */
export interface Mending {
    readonly files: readonly MendedFile[];
    /** Controls that threw. */
    readonly failures: readonly Failure[];
}

/** One remedy can make way for the next; this many in a row is a control and its remedy at odds. */
const ROUNDS = 20;

/** A file's state between rounds. */
class Patient {
    public text: string;
    public resources: readonly Resource[] = [];
    public readonly fixed: Finding[] = [];
    public readonly refused = new Map<string, { finding: Finding; reason: string }>();

    constructor(
        public readonly source: string,
        public readonly before: string,
    ) {
        this.text = before;
        this.read();
    }

    public read(): void {
        this.resources = parseManifest(this.source, Buffer.from(this.text)).resources;
    }

    /** Applies what doesn't get in each other's way, and says whether anything changed. */
    public mend(findings: readonly Finding[]): boolean {
        const touched: { readonly document: number; readonly path: string }[] = [];
        let changed = false;
        for (const finding of findings) {
            const { document, fix = [] } = finding;
            const inTheWay = fix.some(({ path }) =>
                touched.some((other) => other.document === document && overlaps(other.path, path)),
            );
            if (inTheWay || this.refused.has(keyOf(finding))) {
                continue;
            }
            touched.push(...fix.map(({ path }) => ({ document, path })));
            changed = this.apply(finding) || changed;
        }
        this.read();
        return changed;
    }

    private apply(finding: Finding): boolean {
        try {
            this.text = editText(this.text, finding.document, finding.fix ?? []);
            this.fixed.push(finding);
            return true;
        } catch (error) {
            if (!(error instanceof EditRefused)) {
                throw error;
            }
            this.refused.set(keyOf(finding), { finding, reason: error.message });
            return false;
        }
    }
}

function keyOf({ control, document, path }: Finding): string {
    return `${control}\u0000${document}\u0000${path}`;
}

/**
 * Applies the safe remedies of every finding that is neither waived nor unverifiable. The files are judged as one stack,
 * and again after each round, because one remedy can make way for the next. Files must be free of failures.
 */
export function mend(
    files: readonly { readonly source: string; readonly text: string }[],
    options: EvaluateOptions,
): Mending {
    const patients = files.map(({ source, text }) => new Patient(source, text));
    let failures: readonly Failure[] = [];
    for (let round = 0, changed = true; changed && round < ROUNDS; round++) {
        const evaluation = evaluate([patients.flatMap(({ resources }) => resources)], options);
        failures = evaluation.failures;
        const safe = evaluation.findings.filter(
            ({ status, fix, safe: isSafe }) => status === "violation" && isSafe === true && fix !== undefined,
        );
        const bySource = groupBy(safe, ({ source }) => source);
        changed = patients.map((patient) => patient.mend(bySource.get(patient.source) ?? [])).some((mended) => mended);
    }
    return {
        files: patients.map(({ source, before, text, fixed, refused }) => ({
            source,
            before,
            after: text,
            fixed,
            refused: [...refused.values()],
        })),
        failures,
    };
}
