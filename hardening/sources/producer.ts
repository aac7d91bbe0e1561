import type { Body } from "../../policies/kubernetes/kube";
import { isObj } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";

/** What a document of another program's making holds. */
export interface Produced {
    readonly resources: readonly Resource[];
    /** Why a part of it can't be judged, one sentence each; a value is never quoted. */
    readonly faults: readonly string[];
}

/** Where a document stands. */
export interface Origin {
    readonly source: string;
    readonly document: number;
}

/** Reads a document if it is of the producer's making; undefined if it is not. */
export type Producer = (body: Body, origin: Origin) => Produced | undefined;

/** The objects in a list; that there is no list, or something else in it, is a fault. */
export function objectsIn(values: unknown, path: string, faults: string[]): readonly Body[] {
    if (!Array.isArray(values)) {
        const what = values === undefined ? "missing" : "no list";
        faults.push(`${path} is ${what}; the file is damaged, empty or of a form that is not known`);
        return [];
    }
    return values.flatMap((value: unknown, index) => {
        if (isObj(value)) {
            return [value];
        }
        faults.push(`${path}[${index}] is no object; the file is damaged or of a form that is not known`);
        return [];
    });
}
