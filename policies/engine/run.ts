import type { Context, Control, Fault, ObjectControl, ParamSchemas, Params, StackControl, StackFault } from "./control";
import { subjectOf } from "./control";
import type { KubeObject } from "../kubernetes/kube";
import { describe } from "../kubernetes/kube";
import type { Stack } from "../kubernetes/stack";
import { isUnknownValueError, type UnknownValue } from "../kubernetes/unknown";

/** What came of running one control. */
export type Outcome =
    | { readonly status: "violation"; readonly object: KubeObject; readonly fault: Fault }
    /** A value the control needs is unknown before deployment. `object` is undefined where the stack as a whole can't be judged. */
    | { readonly status: "unverifiable"; readonly object: KubeObject | undefined; readonly error: UnknownValue }
    /** The control itself failed: a defect, and the run fails closed. */
    | { readonly status: "error"; readonly object: KubeObject | undefined; readonly message: string };

/** Says whether a fault is waived or excepted. */
export type Accepts = (control: Control, object: KubeObject, fault: Fault) => boolean;

const acceptsNothing: Accepts = () => false;

/** Runs a control over a stack. Never throws: a control that does becomes an `error` and the others still run. */
export function runControl(
    control: Control,
    stack: Stack,
    params: Params<ParamSchemas>,
    accepts: Accepts = acceptsNothing,
): Iterable<Outcome> {
    return control.scope === "object"
        ? runOverObjects(control, stack.given, params)
        : runOverStack(control, stack, params, accepts);
}

/** Runs an object control over some objects. */
export function* runOverObjects(
    control: ObjectControl,
    objects: readonly KubeObject[],
    params: Params<ParamSchemas>,
): Iterable<Outcome> {
    const context: Context = { params };
    for (const object of objects) {
        if (control.applies(subjectOf(object))) {
            yield* runOverObject(control, object, context);
        }
    }
}

const NOTHING: readonly Outcome[] = [];

/** Runs an object control over one object that it applies to. The list is shared where it is empty, as it mostly is. */
export function runOverObject(control: ObjectControl, object: KubeObject, context: Context): readonly Outcome[] {
    let found: Outcome[] | undefined;
    try {
        for (const fault of control.check(object, context)) {
            if (counts(object, fault)) {
                (found ??= []).push({ status: "violation", object, fault });
            }
        }
    } catch (error) {
        (found ??= []).push(failure(control, object, error));
    }
    return found ?? NOTHING;
}

/** Runs a stack control. Faults it reports before it stops at an unknown value still count. */
export function* runOverStack(
    control: StackControl,
    stack: Stack,
    params: Params<ParamSchemas>,
    accepts: Accepts,
): Iterable<Outcome> {
    const shielded: Outcome[] = [];
    try {
        const faults = control.check(stack, {
            params,
            each: (items, objectOf, check) => eachShielded(control, items, objectOf, check, shielded),
            accepts: ({ object, ...fault }) => accepts(control, object, fault),
        });
        for (const { object, ...fault } of faults) {
            if (counts(object, fault)) {
                yield { status: "violation", object, fault };
            }
        }
    } catch (error) {
        shielded.push(failure(control, undefined, error));
    }
    yield* shielded;
}

function* eachShielded<T>(
    control: Control,
    items: Iterable<T>,
    objectOf: (item: T) => KubeObject,
    check: (item: T) => Iterable<StackFault>,
    shielded: Outcome[],
): Iterable<StackFault> {
    for (const item of items) {
        try {
            yield* check(item);
        } catch (error) {
            shielded.push(failure(control, objectOf(item), error));
        }
    }
}

function counts(object: KubeObject, fault: Fault): boolean {
    return !(object.patch && fault.absent === true);
}

function failure(control: Control, object: KubeObject | undefined, error: unknown): Outcome {
    if (isUnknownValueError(error)) {
        return { status: "unverifiable", object, error };
    }
    const where = object === undefined ? "the stack" : describe(object);
    const reason = error instanceof Error ? error.message : String(error);
    return { status: "error", object, message: `control ${control.name} failed on ${where}: ${reason}` };
}
