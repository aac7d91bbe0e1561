import type { Body, KubeObject } from "./kube";
import { child, steps } from "./path";
import { isUnknownValueError, UnknownValueError } from "./unknown";

/** A value in an object's body, and where it stands. */
export interface Node {
    readonly value: unknown;
    /** E.g. `spec.template.spec`; empty for an object that is a resource of its own. */
    readonly path: string;
    /** The value is unknown in preview; `value` is undefined then. */
    readonly unknown?: true;
    /** The value that holds it, and the field or index it has there; the body itself has neither. */
    readonly within?: { readonly holder: Node; readonly key: string };
}

/** The body of an object. */
export function rootOf({ body, prefix }: KubeObject): Node {
    return { value: body, path: prefix.replace(/\.$/, "") };
}

/** The path of a field of what stands at a path, which may be empty. */
export function join(path: string, field: string): string {
    return path === "" ? field : child(path, field);
}

/** Says whether a value is what the API server keeps about an object, or what its controller reports of it. */
export function isRecord({ within }: Node): boolean {
    return within?.holder.within === undefined && (within?.key === "metadata" || within?.key === "status");
}

/**
 * Goes through a value and all that is in it, in the order of the manifest. `enter` is called for each value and says whether
 * to go on to its parts. It is a loop, so that no depth is too much: what was passed over would count as judged. Readers
 * refuse documents that go round in circles or grow out of bounds by aliases.
 */
export function walk(root: Node, enter: (node: Node) => boolean): void {
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
        if (enter(node) && typeof node.value === "object" && node.value !== null) {
            for (const key of Object.keys(node.value).reverse()) {
                open.push(partOf(node, key));
            }
        }
    }
}

/**
 * What stands at the end of a way of steps from a value, `*` standing for every item of a list and every value of a map. What is unknown
 * in preview is handed over as such, where it is on the way too.
 */
export function nodesAt(root: Node, way: readonly string[]): readonly Node[] {
    return way.reduce<readonly Node[]>((nodes, step) => nodes.flatMap((node) => stepFrom(node, step)), [root]);
}

/** The same for a control, which can't tell where one of them is unknown: throws what says so. */
export function knownNodesAt(root: Node, way: readonly string[]): readonly Node[] {
    const nodes = nodesAt(root, way);
    refuseUnknown(nodes);
    return nodes;
}

/** Throws what says that a control can't tell where one of the values is unknown. */
export function refuseUnknown(nodes: readonly Node[]): void {
    const unknown = nodes.find((node) => node.unknown === true);
    if (unknown !== undefined) {
        throw new UnknownValueError(steps(unknown.path).map(String));
    }
}

function stepFrom(node: Node, step: string): readonly Node[] {
    const { value, unknown } = node;
    if (unknown === true) {
        return [node];
    }
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const keys = step === "*" ? Object.keys(value) : !Array.isArray(value) && Object.hasOwn(value, step) ? [step] : [];
    return keys.map((key) => partOf(node, key));
}

function partOf(holder: Node, key: string): Node {
    const path = Array.isArray(holder.value) ? `${holder.path}[${key}]` : join(holder.path, key);
    const at = { path, within: { holder, key } };
    try {
        return { ...at, value: (holder.value as Body)[key] };
    } catch (error) {
        if (isUnknownValueError(error)) {
            return { ...at, value: undefined, unknown: true };
        }
        throw error;
    }
}
