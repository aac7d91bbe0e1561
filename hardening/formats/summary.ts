import type { Finding } from "../findings";
import type { Label } from "./order";
import { LABELS, labelOf, objectOf } from "./order";
import type { Painter } from "./style";
import { count, grouped, LABEL_STYLE, plain } from "./style";

/** How many lines a part of the summary has at most. */
const LINES = 15;
const WORST = 10;

/** Counts of findings as they go by, so that a summary of many keeps few of them. */
export class Summary {
    private findings = 0;
    private objects = 0;
    private last: { readonly source: string; readonly object: string } | undefined;
    private source: string | undefined;
    private severalSources = false;
    private readonly controls = new Map<string, { label: Label; findings: number; objects: number; last: number }>();
    private readonly places = { namespace: new Map<string, number>(), owner: new Map<string, number>() };
    private worst: { object: string; source: string; counts: Map<Label, number> }[] = [];

    public get isEmpty(): boolean {
        return this.findings === 0;
    }

    /** Findings of one object come in a row, which is how objects are counted. */
    public add(finding: Finding): void {
        const object = objectOf(finding);
        if (this.last?.object !== object || this.last.source !== finding.source) {
            this.last = { source: finding.source, object };
            this.objects++;
            this.worst = [...this.worst.sort(graver).slice(0, WORST), { ...this.last, counts: new Map() }];
        }
        this.findings++;
        const label = labelOf(finding);
        increase(this.worst.at(-1)?.counts ?? new Map<Label, number>(), label);
        this.addControl(finding.control, label);
        increase(this.places.namespace, namespaceOf(finding));
        this.source ??= finding.source;
        this.severalSources ||= this.source !== finding.source;
        if (finding.owner !== undefined) {
            increase(this.places.owner, finding.owner);
        }
    }

    private addControl(control: string, label: Label): void {
        const key = `${label} ${control}`;
        const known = this.controls.get(key) ?? { label, findings: 0, objects: 0, last: 0 };
        known.findings++;
        if (known.last !== this.objects) {
            known.last = this.objects;
            known.objects++;
        }
        this.controls.set(key, known);
    }

    /** The lines of the summary, the gravest first. */
    public lines(paint: Painter): readonly string[] {
        const controls = [...this.controls]
            .map(([key, value]) => ({ ...value, control: key.slice(value.label.length + 1) }))
            .sort((a, b) => LABELS.indexOf(a.label) - LABELS.indexOf(b.label) || b.findings - a.findings);
        const width = Math.max(...controls.slice(0, LINES).map(({ control }) => control.length));
        return [
            paint("bold", `${count(this.findings, "finding")} in ${count(this.objects, "object")}`),
            "",
            paint("bold", "By control"),
            ...part(
                controls.map(
                    ({ label, control, findings, objects }) =>
                        `${paint(LABEL_STYLE[label], label.padEnd(8))} ${control.padEnd(width)}  ${grouped(findings).padStart(6)} in ${count(objects, "object")}`,
                ),
            ),
            ...(isNowhere(this.places.namespace) ? [] : table("By namespace", this.places.namespace, paint)),
            ...table("By owner", this.places.owner, paint),
            paint("bold", `Worst objects${this.severalSources ? "" : ` of ${plain(this.source ?? "")}`}`),
            ...this.worst
                .sort(graver)
                .slice(0, WORST)
                .map(({ object, source, counts }) => {
                    const parts = LABELS.flatMap((label) =>
                        counts.has(label) ? [`${counts.get(label)} ${label}`] : [],
                    );
                    const place = this.severalSources ? ` ${paint("dim", `(${plain(source)})`)}` : "";
                    return `  ${plain(object)}${place}: ${parts.join(", ")}`;
                }),
            "",
        ];
    }
}

/** What stands for the namespace of what has none. */
const NOWHERE = "(no namespace)";

/** The namespace that a finding is in, or about. */
function namespaceOf({ kind, namespace, name }: Finding): string {
    return (kind === "Namespace" ? name : namespace) || NOWHERE;
}

/** Nothing is told apart where all is in none. */
function isNowhere(namespaces: ReadonlyMap<string, number>): boolean {
    return namespaces.size === 1 && namespaces.has(NOWHERE);
}

function increase<K>(counts: Map<K, number>, key: K): void {
    counts.set(key, (counts.get(key) ?? 0) + 1);
}

function graver(
    a: { readonly counts: ReadonlyMap<Label, number> },
    b: { readonly counts: ReadonlyMap<Label, number> },
) {
    const label = LABELS.find((candidate) => (a.counts.get(candidate) ?? 0) !== (b.counts.get(candidate) ?? 0));
    return label === undefined ? 0 : (b.counts.get(label) ?? 0) - (a.counts.get(label) ?? 0);
}

function table(title: string, counts: ReadonlyMap<string, number>, paint: Painter): readonly string[] {
    if (counts.size === 0) {
        return [];
    }
    const rows = [...counts].sort(([keyA, a], [keyB, b]) => b - a || keyA.localeCompare(keyB, "en"));
    const width = Math.max(...rows.slice(0, LINES).map(([key]) => plain(key).length));
    return [
        paint("bold", title),
        ...part(rows.map(([key, number]) => `${plain(key).padEnd(width)}  ${grouped(number).padStart(6)}`)),
    ];
}

/** The first lines, indented, with how many more there are. */
function part(lines: readonly string[]): readonly string[] {
    const more = lines.length - LINES;
    return [...lines.slice(0, LINES).map((line) => `  ${line}`), ...(more > 0 ? [`  … and ${more} more`] : []), ""];
}
