import type { ProfileName, Selected } from "../policies/engine/profiles";
import { applyBaseline } from "./baseline";
import type { Finding, FoldedFinding } from "./findings";
import type { Selection } from "./selection";
import { SEVERITIES } from "./severity";

/**
 * The profile in which one fact is one finding. A standard's profile answers for each of its rules, and `all` for each
 * control, by itself.
 */
const FOLDING: ProfileName = "x0tta6bl4";

/** The controls whose every fault is one of a control's at the same place, by its name. */
type Includes = ReadonlyMap<string, readonly string[]>;

/**
 * Makes one finding of those that state one fact of one object, where the profile asks for that: the gravest, which names
 * the others. What somebody accepted, and what can't be told, stays by itself. The findings of one object must come in a row.
 *
 * @param selected the controls that the findings are of
 */
export function* folded<Came>(
    findings: Iterator<Finding, Came, undefined>,
    profile: ProfileName,
    selected: readonly Selected[],
): Generator<Finding, Came, undefined> {
    const includes: Includes = new Map(selected.map(({ control }) => [control.name, control.includes ?? []]));
    let row: Finding[] = [];
    for (;;) {
        const next = findings.next();
        if (next.done === true) {
            yield* foldedRow(row, includes);
            return next.value;
        }
        const [first] = row;
        if (profile !== FOLDING) {
            yield next.value;
        } else if (first === undefined || isOfOneObject(first, next.value)) {
            row.push(next.value);
        } else {
            yield* foldedRow(row, includes);
            row = [next.value];
        }
    }
}

/** What a report says of a run: what the baseline knows is marked, and one fact is one finding where the profile asks for it. */
export function reported<Came>(
    findings: Iterator<Finding, Came, undefined>,
    { baseline, profile, selected }: Pick<Selection, "baseline" | "profile" | "selected">,
): Generator<Finding, Came, undefined> {
    return folded(baseline === undefined ? findings : applyBaseline(findings, baseline), profile, selected);
}

function isOfOneObject(a: Finding, b: Finding): boolean {
    return (["source", "document", "type", "kind", "namespace", "name", "urn"] as const).every(
        (field) => a[field] === b[field],
    );
}

/** The findings of one object, those of one fact as one, where the first of them stood. */
function foldedRow(row: readonly Finding[], includes: Includes): readonly Finding[] {
    const included = new Set(
        row.flatMap(({ control, path }) => (includes.get(control) ?? []).map((name) => `${name} ${path}`)),
    );
    const factOf = ({ status, absent, control, path, known }: Finding, index: number): string => {
        const isShared = included.has(`${control} ${path}`) || (includes.get(control) ?? []).length > 0;
        const fact = absent === true ? omission(path) : isShared ? inAnyContainer(path) : addition(path);
        return status !== "violation" || fact === undefined ? `${index}` : `${known === true} ${fact}`;
    };
    return [...Map.groupBy(row.entries(), ([index, finding]) => factOf(finding, index)).values()].map((group) =>
        one(group.map(([, finding]) => finding)),
    );
}

const CONTAINER = /(?:containers|initContainers|ephemeralContainers)\[\d+\]\./;

/** The path of a field whichever container of the pod it stands in. */
function inAnyContainer(path: string): string {
    return path.replace(CONTAINER, "");
}

/**
 * What is left out where a field is missing: the part of the containers' settings that it belongs to, such as the security
 * context, whichever of them it is missing in; the account of a pod and its token are one.
 */
function omission(path: string): string | undefined {
    const part = CONTAINER.test(path) ? /^.*?ontainers\[\d+\]\.\w+/.exec(path) : /^.*securityContext(?=\.)/.exec(path);
    return part === null
        ? /^.*(?=(?:serviceAccountName|automountServiceAccountToken)$)/.exec(path)?.[0].concat("serviceAccount")
        : `${inAnyContainer(part[0])} left out`;
}

/** Capabilities that are added are one decision, however many they are. */
function addition(path: string): string | undefined {
    return /securityContext\.capabilities\.add\[\d+\]$/.test(path)
        ? inAnyContainer(path.slice(0, path.lastIndexOf("[")))
        : undefined;
}

/** The finding that stands for a group. */
function one(group: readonly Finding[]): Finding {
    const [first, ...others] = group.toSorted(bySeverity);
    if (first === undefined || others.length === 0) {
        return first as Finding;
    }
    const names = [...new Set(others.map(({ control }) => control))].filter((name) => name !== first.control);
    const containers = [...new Set(group.flatMap(({ container }) => container ?? []))];
    return {
        ...first,
        covers: [...new Set(group.flatMap(({ covers }) => covers))],
        message: [
            first.message,
            ...(names.length === 0 ? [] : [` Of the same cause: ${names.join(", ")}.`]),
            ...(containers.length < 2 ? [] : [` Containers: ${containers.join(", ")}.`]),
        ].join(""),
        also: others.map(alsoOf),
    };
}

function alsoOf({ control, severity, enforcement, path, message, container }: Finding): FoldedFinding {
    return { control, severity, enforcement, path, message, ...(container !== undefined && { container }) };
}

/** What stops a run comes first, then what is worse. */
function bySeverity(a: Finding, b: Finding): number {
    const rank = ({ enforcement, severity }: Finding): number =>
        (enforcement === "mandatory" ? 0 : SEVERITIES.length) + SEVERITIES.indexOf(severity);
    return rank(a) - rank(b);
}
