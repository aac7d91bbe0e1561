import type { ControlMeta, Fault, ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { carriedBy, groupOf, SETUP_GROUPS } from "../../kubernetes/carried";
import type { Body } from "../../kubernetes/kube";
import { keepsTexts } from "../../kubernetes/texts";

/** A file that the API server reads. */
export interface ApiServerFile {
    readonly kind: string;
    readonly body: Body;
    /** What the paths of its fields begin with. */
    readonly prefix: string;
}

/**
 * A control over files that the API server reads, of one API group: as an object of its own, and in the texts that ConfigMaps,
 * Secrets and the setup of a cluster carry.
 */
export function fileControl(
    control: Omit<ControlMeta, "admission"> & {
        readonly group: string;
        readonly files: readonly string[];
        readonly faults: (file: ApiServerFile) => Iterable<Fault>;
    },
): ObjectControl {
    const { group, files, faults, ...meta } = control;
    return {
        ...objectControl({
            ...meta,
            kinds: [],
            admission: { none: "The file is read by the API server itself; it is no object of the API." },
            *check(object) {
                const { body: own, prefix, kind } = object;
                if (object.group === group && files.includes(kind)) {
                    yield* faults({ kind, body: own, prefix });
                }
                for (const { path, body } of carriedBy(object).documents) {
                    const carried = files.find((name) => name === body["kind"]);
                    if (carried !== undefined && groupOf(body) === group) {
                        for (const fault of faults({ kind: carried, body, prefix: "" })) {
                            yield { ...fault, path, message: `in ${path}: ${fault.message}` };
                        }
                    }
                }
            },
        }),
        applies: (subject) =>
            (subject.group === group && files.includes(subject.kind)) ||
            keepsTexts(subject) ||
            SETUP_GROUPS.includes(subject.group),
    };
}
