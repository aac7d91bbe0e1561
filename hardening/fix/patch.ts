import type { PatchOperation } from "../../policies/kubernetes/path";

/** The steps of a JSON pointer (RFC 6901). */
export function pointerSteps(pointer: string): readonly string[] {
    return pointer
        .split("/")
        .slice(1)
        .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Says whether one pointer is the other or leads through it. */
export function overlaps(a: string, b: string): boolean {
    return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** The pointer of what an operation can change the meaning of: a list as a whole, where its items move. */
export function reachOf({ op, path }: PatchOperation): string {
    return op !== "replace" && /\/(?:\d+|-)$/.test(path) ? path.slice(0, path.lastIndexOf("/")) : path;
}

/** The value that a pointer leads to; undefined where there is none. */
export function valueAt(document: unknown, pointer: string): unknown {
    return pointerSteps(pointer).reduce<unknown>((at, step) => ownValue(at, step), document);
}

/**
 * A copy of a document with operations of RFC 6902 applied.
 *
 * @throws Error where an operation leads through what is not there.
 */
export function applyPatch(document: unknown, operations: readonly PatchOperation[]): unknown {
    const copy = cloneTree(document);
    for (const { op, path, value } of operations) {
        const way = [...pointerSteps(path)];
        const last = way.pop();
        const holder = way.reduce<unknown>((at, step) => ownValue(at, step), copy);
        if (last === undefined || typeof holder !== "object" || holder === null) {
            throw new Error(`${path} leads through what is not there`);
        }
        if (op !== "add" && ownValue(holder, last) === undefined) {
            throw new Error(`${path} is not there`);
        }
        change(holder, op, last, cloneTree(value));
    }
    return copy;
}

/** A copy without shared parts: what YAML aliases share becomes separate, so that a change in one place stays there. */
function cloneTree(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(cloneTree);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cloneTree(item)]));
}

function ownValue(holder: unknown, step: string): unknown {
    return typeof holder === "object" && holder !== null && Object.hasOwn(holder, step)
        ? (holder as Record<string, unknown>)[step]
        : undefined;
}

function change(holder: object, op: PatchOperation["op"], last: string, value: unknown): void {
    if (Array.isArray(holder)) {
        const index = last === "-" ? holder.length : Number(last);
        holder.splice(index, op === "add" ? 0 : 1, ...(op === "remove" ? [] : [value]));
    } else if (op === "remove") {
        Reflect.deleteProperty(holder, last);
    } else {
        Object.defineProperty(holder, last, { value, writable: true, enumerable: true, configurable: true });
    }
}
