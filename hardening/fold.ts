import type { ProfileName, Selected } from "../policies/engine/profiles";
import { applyBaseline } from "./baseline";
import type { Finding, FoldedFinding } from "./findings";
import type { Selection } from "./selection";
import { SEVERITIES } from "./severity";

/** The profiles in which one fact is one finding. A standard's profile answers for each of its rules by itself. */
const FOLDING: readonly ProfileName[] = ["x0tta6bl4", "all"];

/** What of the controls says which of their findings state one fact. */
interface Relations {
    /** The controls whose every fault is one of a control's at the same place, by its name. */
    readonly includes: ReadonlyMap<string, readonly string[]>;
    /** The controls over attack paths. */
    readonly overPaths: ReadonlySet<string>;
}

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
    const relations: Relations = {
        includes: new Map(selected.map(({ control }) => [control.name, control.includes ?? []])),
        overPaths: new Set(selected.flatMap(({ control }) => (control.hops === undefined ? [] : [control.name]))),
    };
    let row: Finding[] = [];
    for (;;) {
        const next = findings.next();
        if (next.done === true) {
            yield* foldedRow(row, relations);
            return next.value;
        }
        const [first] = row;
        if (!FOLDING.includes(profile)) {
            yield next.value;
        } else if (first === undefined || isOfOneObject(first, next.value)) {
            row.push(next.value);
        } else {
            yield* foldedRow(row, relations);
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
function foldedRow(row: readonly Finding[], relations: Relations): readonly Finding[] {
    const factOf = facts(row, relations);
    const groups = Map.groupBy(row.entries(), ([index, finding]) => {
        const fact = finding.status === "violation" ? factOf(finding) : undefined;
        return fact === undefined ? `${index}` : `${finding.known === true} ${fact}`;
    });
    const ofOneFact = [...groups.values()].map((group) =>
        one(
            group.map(([, finding]) => finding),
            CAUSE,
        ),
    );
    const byLevel = Map.groupBy(ofOneFact.entries(), ([index, finding]) =>
        isMinorOmission(finding) ? `${finding.known === true}` : `${index}`,
    );
    return [...byLevel.values()].map((group) =>
        one(
            group.map(([, finding]) => finding),
            OMISSIONS,
        ),
    );
}

/** What states the fact that a finding of an object is, where others may state the same; undefined where none does. */
function facts(row: readonly Finding[], { includes, overPaths }: Relations): (finding: Finding) => string | undefined {
    const violations = row.filter(({ status }) => status === "violation");
    const included = new Set(
        violations.flatMap(({ control, path }) => (includes.get(control) ?? []).map((name) => `${name} ${path}`)),
    );
    // A path leads over what other controls find at the same place.
    const onPath = new Set(violations.flatMap(({ control, path }) => (overPaths.has(control) ? [path] : [])));
    // A rule with a wildcard gives what many controls look for.
    const wide = new Set(violations.flatMap(({ control, path }) => wildcardRule(control, path) ?? []));
    return ({ absent, control, path, container, message }) => {
        const rule = RULE.exec(path)?.[0];
        if (rule !== undefined && wide.has(rule)) {
            return `${rule} by wildcard`;
        }
        const isShared =
            onPath.has(path) || included.has(`${control} ${path}`) || (includes.get(control) ?? []).length > 0;
        if (absent === true) {
            // The flags of a program are as many settings, of which each control looks at some.
            return /\.(?:command|args)$/.test(path) ? `${control} ${path}` : omission(path);
        }
        return (
            hostVolume(path) ??
            (isShared ? inAnyContainer(path) : (addition(path) ?? saidAlike(control, message, container)))
        );
    };
}

/** A rule of a role, by the start of the path of what is in it. */
const RULE = /^.*?rules\[\d+\](?=$|\.)/;

/** The rule in which a wildcard stands for verbs or resources. */
function wildcardRule(control: string, path: string): string | undefined {
    return control === "no-rbac-wildcards" && !/\.(?:apiGroups|nonResourceURLs)\[/.test(path)
        ? RULE.exec(path)?.[0]
        : undefined;
}

/** A volume that is a directory of the node is one decision, whatever the directory is. */
function hostVolume(path: string): string | undefined {
    return /^.*\.volumes\[\d+\]\.hostPath/.exec(path)?.[0];
}

/** What is low, only advises and is not there: an object has many of these, and one line is enough to say so. */
function isMinorOmission({ status, absent, enforcement, severity }: Finding): boolean {
    return status === "violation" && absent === true && enforcement === "advisory" && severity === "low";
}

const CONTAINER = /(?:containers|initContainers|ephemeralContainers)\[\d+\]\./;
const EACH_CONTAINER = new RegExp(CONTAINER, "g");

/** What one control says of several containers in the same words, but for which of them it is. */
function saidAlike(control: string, message: string, container: string | undefined): string | undefined {
    return container === undefined || !CONTAINER.test(message)
        ? undefined
        : `${control} ${message.replaceAll(EACH_CONTAINER, "").replaceAll(` (container "${container}")`, "")}`;
}

/** The path of a field whichever container of the pod it stands in. */
function inAnyContainer(path: string): string {
    return path.replace(CONTAINER, "");
}

/**
 * What is left out where a field is missing: the part of the containers' settings that it belongs to, such as the security
 * context, whichever of them it is missing in; probes are one part. The account of a pod and its token are one.
 */
function omission(path: string): string | undefined {
    const part = CONTAINER.test(path) ? /^.*?ontainers\[\d+\]\.\w+/.exec(path) : /^.*securityContext(?=\.)/.exec(path);
    return part === null
        ? /^.*(?=(?:serviceAccountName|automountServiceAccountToken)$)/.exec(path)?.[0].concat("serviceAccount")
        : `${inAnyContainer(part[0]).replace(/\.(?:liveness|readiness|startup)Probe$/, ".probes")} left out`;
}

/** Capabilities that are added are one decision, however many they are. */
function addition(path: string): string | undefined {
    const added = /^.*securityContext\.capabilities\.add(?=\[\d+\]$|$)/.exec(path)?.[0];
    return added && inAnyContainer(added);
}

/** What introduces the names of the other controls of a group. */
const CAUSE = "Of the same cause";
const OMISSIONS = "Left out as well";

/** The finding that stands for a group; `others` introduces the names of the other controls. */
function one(group: readonly Finding[], others: string): Finding {
    const [first, ...rest] = group.toSorted(bySeverity);
    if (first === undefined || rest.length === 0) {
        return first as Finding;
    }
    const also = rest.flatMap((finding) => [alsoOf(finding), ...(finding.also ?? [])]);
    const names = [...new Set(also.map(({ control }) => control))].filter((name) => name !== first.control);
    const containers = [...new Set([first, ...also].flatMap(({ container }) => container ?? []))];
    return {
        ...first,
        covers: [...new Set(group.flatMap(({ covers }) => covers))],
        message: [
            first.message,
            ...(names.length === 0 ? [] : [` ${others}: ${names.join(", ")}.`]),
            ...(containers.length < 2 || others !== CAUSE ? [] : [` Containers: ${containers.join(", ")}.`]),
        ].join(""),
        also: [...(first.also ?? []), ...also],
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
