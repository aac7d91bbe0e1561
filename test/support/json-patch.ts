import type { PatchOperation } from "../../policies/kubernetes/path";
import type { Manifest } from "./controls";

type Holder = Record<string, unknown> | unknown[];

/** A copy of a document with operations of RFC 6902 applied; fails where one does not fit. */
export function applyPatch(document: Manifest, operations: readonly PatchOperation[]): Manifest {
    const copy = structuredClone(document) as Record<string, unknown>;
    for (const { op, path, value } of operations) {
        const way = path
            .split("/")
            .slice(1)
            .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
        const last = way.pop();
        const holder = way.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], copy);
        if (last === undefined || typeof holder !== "object" || holder === null) {
            throw new Error(`${op} ${path}: there is nothing to change at this place`);
        }
        if (op !== "add" && !(last in holder)) {
            throw new Error(`${op} ${path}: does not exist`);
        }
        change(holder as Holder, op, last, value);
    }
    return copy;
}

function change(holder: Holder, op: PatchOperation["op"], last: string, value: unknown): void {
    if (!Array.isArray(holder)) {
        if (op === "remove") {
            Reflect.deleteProperty(holder, last);
        } else {
            holder[last] = value;
        }
        return;
    }
    const index = last === "-" ? holder.length : Number(last);
    holder.splice(index, op === "add" ? 0 : 1, ...(op === "remove" ? [] : [value]));
}
