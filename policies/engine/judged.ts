import { carriesPod } from "../kubernetes/pods";
import type { KubeObject } from "../kubernetes/kube";
import type { Control, Subject } from "./control";
import { subjectOf } from "./control";

/** A kind of no API: a control that looks at it looks at everything, and so knows no kind. */
const NO_KIND: Subject = { group: "no-api.invalid", kind: "NoKind", pods: false };

/** Kinds, each written `group/Kind`, or `Kind` alone for one of the core group. */
export interface KnownKinds {
    /** What controls over whole stacks read beside what they and others name themselves. */
    readonly readStackWide: readonly string[];
    /** What holds nothing that a control could judge. */
    readonly inert: readonly string[];
}

/**
 * Says whether some control of a registry looks at an object for what its kind means, or the kind holds nothing to look
 * at. An object for which it says no has passed every control unseen, and a report has to say so.
 */
export function judgedBy(
    registry: readonly Control[],
    { readStackWide, inert }: KnownKinds,
): (object: KubeObject) => boolean {
    const named = new Set([...readStackWide, ...inert]);
    const specific = registry.flatMap(({ applies }) => (applies === undefined || applies(NO_KIND) ? [] : [applies]));
    const known = new Map<string, boolean>();
    return (object) => {
        const kind = object.group === "" ? object.kind : `${object.group}/${object.kind}`;
        let answer = known.get(kind);
        if (answer === undefined) {
            const subject: Subject = { ...subjectOf(object), pods: false };
            answer = named.has(kind) || specific.some((applies) => applies(subject));
            known.set(kind, answer);
        }
        return answer || carriesPod(object);
    };
}
