import type { FrameworkRef } from "./frameworks";
import type { KubeObject } from "../kubernetes/kube";
import type { PatchOperation } from "../kubernetes/path";
import type { PodView } from "../kubernetes/pods";
import { carriesPod, podsOf } from "../kubernetes/pods";
import type { Stack } from "../kubernetes/stack";

export type Severity = "critical" | "high" | "medium" | "low";

/** `mandatory` stops a preview; `advisory` is shown and does not. */
export type Enforcement = "mandatory" | "advisory";

/** What a waiver says of the attack path that it accepts, in the words of the finding. */
export interface AttackPath {
    /** Where it begins, e.g. `the Internet`. */
    readonly from: string;
    /** Where it ends, e.g. `a node`. */
    readonly to: string;
    /** The kind of its hop at the object, as the table of edges names it: `privileged-container`. */
    readonly hop: string;
}

/** What a control found wrong at one place. */
export interface Fault {
    /** Full path of the field in the resource, e.g. `spec.template.spec.containers[0].securityContext.privileged`. */
    readonly path: string;
    /** The field, the value found, and what to do. Never a value out of a Secret, an environment variable or a ConfigMap. */
    readonly message: string;
    /** Name of the container, where one is at fault; waivers can be narrowed to it. */
    readonly container?: string;
    /** The attack path that the fault is, where it is one; waivers name it. */
    readonly attackPath?: AttackPath;
    /** The fault is that a field is missing. A patch states only what it changes, so such a fault does not count there. */
    readonly absent?: boolean;
    /** The object itself decides this, so nothing else that is deployed can put it right; see `advisesInPart`. */
    readonly decided?: boolean;
    /** The slugs this very fault answers for, where it is fewer than the control's. */
    readonly covers?: readonly string[];
    /** A mechanical remedy, where there is one. */
    readonly fix?: readonly PatchOperation[];
    /** The fix changes nothing a working program relies on; `hardening fix` applies only such. */
    readonly safe?: boolean;
}

/** A fault of a control that looks at more than one object. */
export interface StackFault extends Fault {
    /** The object a person has to change. */
    readonly object: KubeObject;
}

/** One parameter of a control, in the JSON-schema form Pulumi's policy configuration takes. */
export type ParamSchema =
    | {
          readonly type: "string";
          readonly description: string;
          readonly default: string;
          readonly enum?: readonly string[];
      }
    | { readonly type: "integer"; readonly description: string; readonly default: number; readonly minimum?: number }
    | { readonly type: "boolean"; readonly description: string; readonly default: boolean }
    | {
          readonly type: "array";
          readonly description: string;
          readonly items: { readonly type: "string" };
          readonly default: readonly string[];
      };

export type ParamSchemas = Readonly<Record<string, ParamSchema>>;

type Widened<T> = T extends string
    ? string
    : T extends number
      ? number
      : T extends boolean
        ? boolean
        : readonly string[];

/** The values a control is run with: one per parameter, defaults filled in. */
export type Params<S extends ParamSchemas> = { readonly [K in keyof S]: Widened<S[K]["default"]> };

/** The named selections of controls. `all` holds every control and needs no mention. */
export type Profile = "baseline" | "restricted" | "cis" | "nsa" | "x0tta6bl4";

/** How a control is enforced in the cluster too: Common Expression Language over one object, for a ValidatingAdmissionPolicy. */
export interface AdmissionRule {
    /** True where the object is fine. `object` is the object as sent; `variables` are those of `cel.ts`. */
    readonly expression: string;
    /** Expressions the main one builds on, by name, in order. */
    readonly variables?: Readonly<Record<string, string>>;
}

/** The counterpart of a control whose parameter decides: the rule holds what the parameters are set to. */
export interface ConfiguredRule<S extends ParamSchemas = ParamSchemas> {
    with(params: Params<S>): AdmissionRule;
}

/** What every control says of itself. */
export interface ControlMeta<S extends ParamSchemas = ParamSchemas> {
    /** The state wanted, in kebab case; also the file's name. */
    readonly name: string;
    /** Names that the control had before; each still stands for it. */
    readonly aliases?: readonly string[];
    /** One sentence that states the rule. */
    readonly description: string;
    /** One sentence: what an attacker or an outage gains where the rule is broken. */
    readonly why: string;
    readonly severity: Severity;
    /** Default: mandatory. */
    readonly enforcement?: Enforcement;
    /**
     * What else of a deployment may put a fault right, e.g. "a LimitRange". A deployment is whole where the object's Namespace
     * is judged with it; as long as it isn't, the control only advises.
     */
    readonly advisesInPart?: string;
    /** A parameter that only the stack's people can know: while it is at its default the control only advises. */
    readonly advisesUntilSet?: string;
    /** Slugs of the peers' common table that the control answers for. */
    readonly covers: readonly string[];
    readonly frameworks: readonly FrameworkRef[];
    readonly remediation: string;
    /** The profiles that hold the control, beside `all`. */
    readonly profiles: readonly Profile[];
    /** Controls this one makes redundant; a profile that holds both runs only this one (`all` runs both). */
    readonly supersedes?: readonly string[];
    /** Controls whose every fault is one of this at the same place, so that both state one fact. */
    readonly includes?: readonly string[];
    /** Controls that together say all that this one says by default: no profile runs it, only who names it. */
    readonly repeats?: readonly string[];
    readonly params?: S;
    /** Of a control over attack paths: the kinds of hops that they have. Each of its waivers names one path. */
    readonly hops?: readonly string[];
    /** The admission counterpart, or the reason why there is none. */
    readonly admission?: AdmissionRule | ConfiguredRule<S> | { readonly none: string };
}

/** What a check is given beside the object. */
export interface Context<S extends ParamSchemas = ParamSchemas> {
    readonly params: Params<S>;
}

/** A stack-wide check can also shield one object's unknown values from the others. */
export interface StackContext<S extends ParamSchemas = ParamSchemas> extends Context<S> {
    /**
     * Runs `check` for each object on its own: an unknown value in one is reported as unverifiable and the rest still run.
     */
    readonly each: <T>(
        items: Iterable<T>,
        objectOf: (item: T) => KubeObject,
        check: (item: T) => Iterable<StackFault>,
    ) => Iterable<StackFault>;
    /**
     * Says whether a fault is waived or excepted. A control that reports one fault in the place of several like it reports the
     * next of them then, so that what is accepted hides nothing else.
     */
    readonly accepts: (fault: StackFault) => boolean;
}

/**
 * All that may decide whether a control looks at an object. It is asked once for many objects, so it must not depend on
 * what else they hold, nor on what came before them.
 */
export interface Subject {
    readonly group: string;
    readonly kind: string;
    /** The object carries a pod, or what looks like one. */
    readonly pods: boolean;
}

/** The subject that an object is. */
export function subjectOf(object: KubeObject): Subject {
    return { group: object.group, kind: object.kind, pods: carriesPod(object) };
}

/** A control that judges one object at a time. */
export interface ObjectControl extends ControlMeta {
    readonly scope: "object";
    /** Says whether the control looks at such objects at all. */
    readonly applies: (subject: Subject) => boolean;
    readonly check: (object: KubeObject, context: Context) => Iterable<Fault>;
}

/** A control that needs the whole stack. */
export interface StackControl extends ControlMeta {
    readonly scope: "stack";
    /** The kinds of its admission counterpart, for a control that one object alone can break. */
    readonly applies?: (subject: Subject) => boolean;
    readonly check: (stack: Stack, context: StackContext) => Iterable<StackFault>;
}

export type Control = ObjectControl | StackControl;

/** The admission counterpart of a control under some parameters; undefined where it has none. */
export function admissionRule({ admission }: ControlMeta, params: Params<ParamSchemas>): AdmissionRule | undefined {
    if (admission === undefined || "none" in admission) {
        return undefined;
    }
    return "with" in admission ? admission.with(params) : admission;
}

/** A control over pods, in every kind that carries one. */
export function podControl<const S extends ParamSchemas = never>(
    control: ControlMeta<S> & { readonly check: (pod: PodView, context: Context<S>) => Iterable<Fault> },
): ObjectControl {
    const { check, ...meta } = control;
    return {
        ...meta,
        scope: "object",
        applies: ({ pods }) => pods,
        // No generator of its own: one more for every object and control is felt in a large scan.
        check(object, context) {
            const pods = podsOf(object);
            const [pod] = pods;
            return pods.length === 1 && pod?.partial === false
                ? check(pod, context as Context<S>)
                : pods.flatMap((each) => statedFaults(each, check(each, context as Context<S>)));
        },
    };
}

/** The faults of a pod, without what it leaves out where a controller may fill that in. */
export function statedFaults(pod: PodView, faults: Iterable<Fault>): readonly Fault[] {
    const all = [...faults];
    return pod.partial ? all.filter(({ absent }) => absent !== true) : all;
}

/** A control over objects of some kinds, each written `group/Kind`, `Kind` alone for one of the core group, or `*` for all. */
export function objectControl<const S extends ParamSchemas = never>(
    control: ControlMeta<S> & {
        readonly kinds: readonly string[];
        readonly check: (object: KubeObject, context: Context<S>) => Iterable<Fault>;
    },
): ObjectControl {
    const { check, kinds, ...meta } = control;
    const wanted = new Set(kinds);
    return {
        ...meta,
        scope: "object",
        applies: ({ group, kind }) => wanted.has(group === "" ? kind : `${group}/${kind}`) || wanted.has("*"),
        check: (object, context) => check(object, context as Context<S>),
    };
}

/** A control over the whole stack. */
export function stackControl<const S extends ParamSchemas = never>(
    control: ControlMeta<S> & {
        readonly applies?: (subject: Subject) => boolean;
        readonly check: (stack: Stack, context: StackContext<S>) => Iterable<StackFault>;
    },
): StackControl {
    const { check, ...meta } = control;
    return { ...meta, scope: "stack", check: (stack, context) => check(stack, context as StackContext<S>) };
}

/** The parameters of a control with nothing configured. */
export function defaultParams(control: ControlMeta): Params<ParamSchemas> {
    return Object.fromEntries(Object.entries(control.params ?? {}).map(([name, schema]) => [name, schema.default]));
}
