import type { Resource } from "../../policies/kubernetes/resource";
import type { EvaluateOptions } from "../evaluate";
import { evaluate } from "../evaluate";
import type { Failure, Finding, NotJudged } from "../findings";
import { parseManifest } from "../sources/manifests";
import { editText, SharedField } from "./edit";
import { overlaps, reachOf } from "./patch";
import { EditRefused } from "./place";

/** A file as it is being mended. */
export interface MendedFile {
    readonly source: string;
    readonly before: string;
    readonly after: string;
    /** What was put right, in the order in which it was. */
    readonly fixed: readonly Finding[];
    /** Remedies that could not be written, with the reason. */
    readonly refused: readonly { readonly finding: Finding; readonly reason: string }[];
}

/** What came of mending some files. */
export interface Mending {
    readonly files: readonly MendedFile[];
    /** Findings with a remedy that is not safe and was not asked for. */
    readonly left: readonly Finding[];
    /** Controls that threw. */
    readonly failures: readonly Failure[];
    /** What no control looked at, so that nothing can be said of it. */
    readonly notJudged: readonly NotJudged[];
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
        const touched: { readonly document: number; readonly reach: string }[] = [];
        const shared: Finding[] = [];
        let changed = false;
        for (const finding of findings) {
            const { document } = finding;
            const reaches = (finding.fix ?? []).map(reachOf);
            const inTheWay = reaches.some((reach) =>
                touched.some((other) => other.document === document && overlaps(other.reach, reach)),
            );
            if (inTheWay || this.refused.has(keyOf(finding))) {
                continue;
            }
            touched.push(...reaches.map((reach) => ({ document, reach })));
            changed = this.apply([finding], (refused) => shared.push(...refused)) || changed;
        }
        // What an anchor shares can be changed where every place that follows it has the same fault.
        for (const together of Map.groupBy(shared, ({ control, document }) => `${control} ${document}`).values()) {
            changed = this.apply(together) || changed;
        }
        this.read();
        return changed;
    }

    private apply(findings: readonly Finding[], onShared?: (findings: readonly Finding[]) => void): boolean {
        try {
            const operations = findings.flatMap(({ fix = [] }) => fix);
            this.text = editText(this.text, findings[0]?.document ?? 0, operations);
            this.fixed.push(...findings);
            return true;
        } catch (error) {
            if (!(error instanceof EditRefused)) {
                throw error;
            }
            if (error instanceof SharedField && onShared !== undefined) {
                onShared(findings);
            } else {
                findings.forEach((finding) => this.refused.set(keyOf(finding), { finding, reason: error.message }));
            }
            return false;
        }
    }
}

function keyOf({ control, document, path }: Finding): string {
    return `${control}\u0000${document}\u0000${path}`;
}

/** A finding over all files, whatever is taken out of the list before it: what stands in it moves up. */
function placeOf({ source, document, control, container, path }: Finding): string {
    return JSON.stringify([source, document, control, container, path.replaceAll(/\[\d+\]/g, "[]")]);
}

/** What to mend with. */
export interface MendOptions extends EvaluateOptions {
    /** Controls whose remedies are applied although they can change what a working program does. Default: none. */
    readonly also?: ReadonlySet<string>;
}

/**
 * Applies the safe remedies of every finding that is neither waived nor unverifiable. The files are judged as one stack,
 * and again after each round, because one remedy can make way for the next. Files must be free of failures.
 */
export function mend(
    files: readonly { readonly source: string; readonly text: string }[],
    { also = new Set(), ...options }: MendOptions,
): Mending {
    const patients = files.map(({ source, text }) => new Patient(source, text));
    let failures: readonly Failure[] = [];
    let left: readonly Finding[] = [];
    let notJudged: readonly NotJudged[] = [];
    const safeAtFirst = new Set<string>();
    for (let round = 0, changed = true; changed && round < ROUNDS; round++) {
        const evaluation = evaluate([patients.flatMap(({ resources }) => resources)], options);
        ({ failures, notJudged } = evaluation);
        const open = evaluation.findings.filter(({ status, fix }) => status === "violation" && fix !== undefined);
        if (round === 0) {
            open.filter(({ safe }) => safe).forEach((finding) => safeAtFirst.add(placeOf(finding)));
        }
        // What makes a remedy safe has to be in the manifest as it stood, not in what another remedy has just written.
        const isWanted = (finding: Finding): boolean =>
            also.has(finding.control) || (finding.safe === true && safeAtFirst.has(placeOf(finding)));
        left = open.filter((finding) => !isWanted(finding));
        const bySource = Map.groupBy(open.filter(isWanted), ({ source }) => source);
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
        left,
        failures,
        notJudged,
    };
}
