import type { KubeObject } from "./kube";

/** One operation of RFC 6902, its path relative to the resource. */
export interface PatchOperation {
    readonly op: "add" | "remove" | "replace";
    readonly path: string;
    readonly value?: unknown;
}

/**
 * The steps of a field path as messages write it: `spec.containers[0].image`, and with a quoted key where a name holds
 * dots: `metadata.annotations["a.example/b"]`.
 *
 * @throws Error naming the path and the offset where it can't be read.
 */
export function steps(path: string): readonly (string | number)[] {
    return wayOf(path).steps;
}

/** A field path as it is walked. */
interface Way {
    readonly steps: readonly (string | number)[];
    /** The JSON pointer of each step along the way, the last being that of the whole path. */
    readonly pointers: readonly string[];
}

/** Paths read so far: the same few come up for every object of a kind. */
const read = new Map<string, Way>();
const MOST_READ = 10_000;

function wayOf(path: string): Way {
    let known = read.get(path);
    if (known === undefined) {
        let pointed = "";
        const found = readSteps(path);
        known = { steps: found, pointers: found.map((step) => (pointed += pointerStep(step))) };
        if (read.size >= MOST_READ) {
            read.clear();
        }
        read.set(path, known);
    }
    return known;
}

function readSteps(path: string): readonly (string | number)[] {
    const found: (string | number)[] = [];
    let at = 0;
    while (at < path.length) {
        const rest = path.slice(at);
        const step =
            /^\[(?<index>\d+)\]/.exec(rest) ??
            /^\[(?<quoted>"(?:[^"\\]|\\.)*")\]/.exec(rest) ??
            /^(?<name>[^.[\]"]+)/.exec(at === 0 ? rest : rest.startsWith(".") ? rest.slice(1) : "");
        const { index, quoted, name } = step?.groups ?? {};
        if (step === null) {
            throw new Error(`"${path}" is not a field path: can't read it from offset ${at}`);
        }
        if (index !== undefined) {
            found.push(Number(index));
        } else {
            found.push(quoted === undefined ? (name ?? "") : (JSON.parse(quoted) as string));
        }
        at += step[0].length + (name !== undefined && at > 0 ? 1 : 0);
    }
    return found;
}

/** A path with a key appended, quoted where the key holds characters that a plain step can't. */
export function child(path: string, key: string): string {
    return /^[^.[\]"]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** The JSON pointer (RFC 6901) of a field path. */
export function pointer(path: string): string {
    return wayOf(path).pointers.at(-1) ?? "";
}

/** The field path of a JSON pointer. A step that is a number reads as an index: Kubernetes keys are never all digits. */
export function dotted(jsonPointer: string): string {
    return jsonPointer
        .split("/")
        .slice(1)
        .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
        .reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === "" ? step : child(path, step)), "");
}

function pointerStep(step: string | number): string {
    return `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/**
 * The operations that set one field of an object's resource, whether or not it and its parents exist. `path` is the full
 * path in the resource, as a fault gives it. Missing parents are added as one value, because RFC 6902 adds into what exists
 * only; so where two fixes need the same missing parent, the second has to be worked out after the first is applied.
 */
export function setField(object: KubeObject, path: string, value: unknown): readonly PatchOperation[] {
    const { steps: way, pointers } = wayOf(path);
    let holder: unknown = object.resource.props;
    for (const [depth, step] of way.entries()) {
        const existing = holds(holder, step) ? holder[step] : undefined;
        const next = way[depth + 1];
        if (next === undefined || !holds(existing, next)) {
            const nested = way.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
            const op = existing === undefined ? "add" : "replace";
            return [{ op, path: pointers[depth] ?? "", value: nested }];
        }
        holder = existing;
    }
    return [];
}

/** The operations that remove a field which exists. */
export function removeField(path: string): readonly PatchOperation[] {
    return [{ op: "remove", path: pointer(path) }];
}

/** Says whether `value` can hold a field under `step`: an array under a number, an object under a name. */
function holds(value: unknown, step: string | number): value is Record<string | number, unknown> {
    return typeof value === "object" && value !== null && Array.isArray(value) === (typeof step === "number");
}
