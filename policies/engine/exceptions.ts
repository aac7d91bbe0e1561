import data from "../exceptions.json";
import type { Control, Fault } from "./control";
import type { KubeObject } from "../kubernetes/kube";
import { describe, obj } from "../kubernetes/kube";
import { steps } from "../kubernetes/path";

/**
 * What a component needs excepted from a control by its nature, as the component's author states it. Unlike a waiver nobody
 * has to accept it anew in each stack, so it is as narrow as it can be said: one control, one kind below one component, the
 * very fields, and what may stand there.
 */
export interface Exception {
    readonly control: string;
    /**
     * Type token of the component that makes the object, with those above it where one alone could be anybody's:
     * `x0tta6bl4:spire:SpireAgent`, `outer$inner`.
     */
    readonly component: string;
    readonly kind: string;
    /**
     * Name of the object; `{namespace}` in it stands for the object's namespace.
     * @default any: the settings name it
     */
    readonly name?: string;
    /** Name of the container, where the fault is about one. */
    readonly container?: string;
    /** Paths of the fields as faults name them, with `[]` for an index: `spec.template.spec.volumes[].hostPath`. */
    readonly fields: readonly string[];
    /**
     * Regular expressions, one of which has to match the whole of what stands there: the text, number or truth value, or the
     * `path` of a host path.
     * @default the field may hold anything, or be missing
     */
    readonly values?: readonly string[];
    /** Why the component can't do without. */
    readonly reason: string;
}

/** The exceptions of the foundation's components, as its areas state them. */
export const EXCEPTIONS: readonly Exception[] = data;

/** The type tokens of a resource's parents and its own, outermost first, joined by `$`; undefined for what is no URN. */
function typesOf(urn: string): string | undefined {
    return /^urn:pulumi:[^:]*::[^:]*::(.*?)::/.exec(urn)?.[1];
}

/** The components above a resource, as an exception names them; empty where the resource has none. */
export function componentsOf(urn: string): string {
    const types = typesOf(urn) ?? "";
    return types.includes("$") ? types.slice(0, types.lastIndexOf("$")) : "";
}

/**
 * The exceptions of components, and which component makes which object. What a manifest says of itself counts for nothing:
 * an object is a component's where its URN says so, or where the program of its stack makes one of that kind and name.
 */
export class ExceptionBook {
    private readonly byControl: Map<string, Exception[]>;

    /**
     * @param made the components above the objects of a stack, by `<Kind> <namespace>/<name>`, for objects without a URN
     */
    constructor(
        exceptions: readonly Exception[],
        private readonly made: ReadonlyMap<string, string> = new Map(),
    ) {
        this.byControl = Map.groupBy(exceptions, ({ control }) => control);
    }

    /** The exception that covers a fault, if one does. */
    public find(control: Control, object: KubeObject, fault: Fault): Exception | undefined {
        const stated = this.byControl.get(control.name);
        if (stated === undefined) {
            return undefined;
        }
        const { urn } = object.resource;
        const components = urn === undefined ? this.made.get(describe(object)) : componentsOf(urn);
        return stated.find(
            (exception) =>
                (components === exception.component || components?.endsWith(`$${exception.component}`)) &&
                covers(exception, object, fault),
        );
    }
}

function covers(exception: Exception, object: KubeObject, fault: Fault): boolean {
    const { kind, name, container, fields, values } = exception;
    return (
        kind === object.kind &&
        (name === undefined || name.replaceAll("{namespace}", object.namespace) === object.name) &&
        (container === undefined || container === fault.container) &&
        fields.includes(fault.path.replace(/\[\d+\]/g, "[]")) &&
        (values === undefined || holds(values, valueAt(object, fault.path)))
    );
}

function holds(values: readonly string[], found: unknown): boolean {
    // eslint-disable-next-line security/detect-non-literal-regexp -- the patterns are the pack's own data
    return values.some((value) => new RegExp(`^(?:${value})$`).test(String(found)));
}

/** What stands at a field, or at its `path` where it is an object. */
function valueAt(object: KubeObject, path: string): unknown {
    const found = steps(path).reduce<unknown>(
        (value, step) => (Array.isArray(value) ? (value as unknown[])[Number(step)] : obj(value)[step]),
        object.body,
    );
    return typeof found === "object" && found !== null ? obj(found)["path"] : found;
}
