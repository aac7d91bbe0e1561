// eslint-disable-next-line no-restricted-imports -- the class of what is unknown is in no type, so it can't be imported by name
import * as sdk from "@pulumi/policy";
import type {
    PolicyConfigSchema,
    PolicyResource,
    ResourceValidationPolicy,
    StackValidationPolicy,
    StackValidationArgs,
} from "@pulumi/policy";

import type { Control, ControlMeta, Enforcement, ObjectControl, ParamSchemas, Params, StackControl } from "./control";
import { defaultParams } from "./control";
import type { ExceptionBook } from "./exceptions";
import { FRAMEWORKS } from "./frameworks";
import type { WaiverFault } from "./governance";
import { waiverFaults } from "./governance";
import { kubeObjects, messageOf } from "../kubernetes/kube";
import type { Selected } from "./profiles";
import type { Resource } from "../kubernetes/resource";
import { Reads } from "./reads";
import type { Accepts, Outcome } from "./run";
import { runControl, runOverObjects, runOverStack } from "./run";
import { Stack } from "../kubernetes/stack";
import type { UnknownValue } from "../kubernetes/unknown";
import type { Waiver } from "./waivers";
import { WaiverBook } from "./waivers";

/** The engine tells "can't say" from a defect by this class, which the SDK exports and leaves out of its types. */
const { UnknownValueError } = sdk as unknown as { readonly UnknownValueError: { readonly prototype: object } };

/** The parameters that each control has run with, as far as it has. */
type Configured = Map<Control, Params<ParamSchemas>>;

/** What the policies of a pack are made from. */
export interface PackInput {
    readonly registry: readonly Control[];
    /** The controls of the pack's profile; the others are served disabled, to be switched on by configuration. */
    readonly selected: readonly Selected[];
    /**
     * The controls that are served switched on.
     * @default those selected
     */
    readonly served?: readonly Selected[];
    readonly waivers: readonly Waiver[];
    /** What components need excepted; told by the URN of what they make. */
    readonly exceptions: ExceptionBook;
    readonly now: Date;
}

/**
 * The policies of the pack, one for each control, plus the rules that waivers are in order and last.
 *
 * Within one analysis the engine runs every policy by itself, so a policy works out its own waivers.
 */
export function packPolicies(input: PackInput): readonly (ResourceValidationPolicy | StackValidationPolicy)[] {
    const run: PackRun = { input, configured: new Map(), reads: new Reads() };
    return [
        ...input.registry.map((control) =>
            control.scope === "object" ? resourcePolicy(control, run) : stackPolicy(control, run),
        ),
        ...waiverPolicies(run),
    ];
}

/** What the policies of one pack share: what it was made of, and what the engine has told of the stack so far. */
interface PackRun {
    readonly input: PackInput;
    readonly configured: Configured;
    readonly reads: Reads;
}

function metadata(control: ControlMeta, level: "mandatory" | "advisory" | "disabled") {
    const reference = control.frameworks[0];
    const framework = reference && FRAMEWORKS[reference.framework];
    return {
        name: control.name,
        description: control.description,
        enforcementLevel: level,
        severity: control.severity,
        remediationSteps: control.remediation,
        tags: [...control.covers],
        ...(framework && {
            framework: {
                name: framework.title,
                version: framework.version,
                reference: framework.reference,
                specification: reference.id,
            },
        }),
        ...(control.params && { configSchema: configSchema(control) }),
    };
}

function configSchema(control: ControlMeta): PolicyConfigSchema {
    // The schema types of both sides describe the same JSON; the readonly arrays of ours are the only difference.
    return { properties: structuredClone(control.params ?? {}) as unknown as PolicyConfigSchema["properties"] };
}

function levelOf(control: Control, input: PackInput): "mandatory" | "advisory" | "disabled" {
    return (input.served ?? input.selected).find((selected) => selected.control === control)?.enforcement ?? "disabled";
}

/** The engine tells a policy of its own configuration only; what it says is kept for the rule that waivers are in order. */
function configure(control: Control, given: object, configured: Configured): Params<ParamSchemas> {
    const params = { ...defaultParams(control), ...given };
    configured.set(control, params);
    return params;
}

function resourcePolicy(control: ObjectControl, { input, configured, reads }: PackRun): ResourceValidationPolicy {
    return {
        ...metadata(control, levelOf(control, input)),
        validateResource(args, report) {
            reads.note(args.urn);
            const objects = kubeObjects(resourceOf(args));
            const book = new WaiverBook(input.waivers, input.now);
            const params = configure(control, args.getConfig<object>(), configured);
            const outcomes = unexcepted(control, runOverObjects(control, objects, params), input);
            settle(control, outcomes, book, (message) => report(message));
        },
    };
}

function stackPolicy(control: StackControl, { input, configured, reads }: PackRun): StackValidationPolicy {
    return {
        ...metadata(control, levelOf(control, input)),
        validateStack(args, report) {
            const book = new WaiverBook(input.waivers, input.now);
            const params = configure(control, args.getConfig<object>(), configured);
            const found = runOverStack(control, stackOf(args, reads), params, acceptedBy(input, book));
            const outcomes = unexcepted(control, found, input);
            settle(control, outcomes, book, report);
        },
    };
}

/**
 * The two policies about waivers. Waivers can only be judged once every control has run, so these run them all: they are the
 * last of the pack, and by then each control has told its parameters. The engine asks one right after the other about one
 * stack, so the second takes what the first found, unless the first is switched off.
 */
function waiverPolicies(run: PackRun): readonly StackValidationPolicy[] {
    let found: readonly WaiverFault[] | undefined;
    const policy = (
        about: Pick<StackValidationPolicy, "name" | "description"> & { readonly enforcementLevel: Enforcement },
        faultsOf: (args: StackValidationArgs) => readonly WaiverFault[],
    ): StackValidationPolicy => ({
        ...about,
        severity: "high",
        validateStack(args, report) {
            for (const { rule, message } of faultsOf(args)) {
                if ((rule.enforcement ?? "mandatory") === about.enforcementLevel) {
                    report(message);
                }
            }
        },
    });
    return [
        policy(
            {
                name: "waivers-in-order",
                description: "Every waiver is in use, unexpired and within its ceiling, and no emergency lasts.",
                enforcementLevel: "mandatory",
            },
            (args) => {
                found = undefined;
                found = judgeWaivers(args, run);
                return found;
            },
        ),
        policy(
            {
                name: "waivers-last",
                description: "No waiver ends within 30 days, and no emergency holds one open.",
                enforcementLevel: "advisory",
            },
            (args) => {
                const faults = found ?? judgeWaivers(args, run);
                found = undefined;
                return faults;
            },
        ),
    ];
}

/** Runs every control over a stack and says what is wrong with the waivers then. */
function judgeWaivers(args: StackValidationArgs, { input, configured, reads }: PackRun): readonly WaiverFault[] {
    const stack = stackOf(args, reads);
    const book = new WaiverBook(input.waivers, input.now);
    for (const { control, params } of input.selected) {
        const outcomes = runControl(control, stack, configured.get(control) ?? params, acceptedBy(input, book));
        for (const outcome of unexcepted(control, outcomes, input)) {
            if (outcome.status === "violation") {
                book.find(control, outcome.object, outcome.fault);
            }
        }
    }
    return waiverFaults(book, input.selected);
}

function acceptedBy({ exceptions }: PackInput, book: WaiverBook): Accepts {
    return (...found) => exceptions.find(...found) !== undefined || book.find(...found) !== undefined;
}

/** What a control finds, without what the component that makes the object needs excepted. */
function* unexcepted(
    control: Control,
    outcomes: Iterable<Outcome>,
    { exceptions }: PackInput,
): Generator<Outcome, void, undefined> {
    for (const outcome of outcomes) {
        if (outcome.status !== "violation" || exceptions.find(control, outcome.object, outcome.fault) === undefined) {
            yield outcome;
        }
    }
}

/** One stack for each set of arguments the engine hands over. */
function stackOf({ resources }: StackValidationArgs, reads: Reads): Stack {
    return new Stack(resources.filter((resource) => !reads.has(resource)).map(resourceOf));
}

function resourceOf({ type, props, urn }: Pick<PolicyResource, "type" | "props" | "urn">): Resource {
    return { source: "pulumi", document: 0, type, props, urn };
}

/**
 * Reports violations that no waiver covers. What is unknown is thrown at the end, all in one, for the engine to report in
 * its own way; a failed control fails the run.
 */
function settle(
    control: Control,
    outcomes: Iterable<Outcome>,
    book: WaiverBook,
    report: (message: string, urn?: string) => void,
): void {
    const unknown: UnknownValue[] = [];
    const errors: string[] = [];
    for (const outcome of outcomes) {
        switch (outcome.status) {
            case "violation":
                if (book.find(control, outcome.object, outcome.fault) === undefined) {
                    report(messageOf(outcome.object, outcome.fault.message), outcome.object.resource.urn);
                }
                break;
            case "unverifiable":
                unknown.push(outcome.error);
                break;
            case "error":
                errors.push(outcome.message);
                break;
        }
    }
    if (errors.length > 0) {
        throw new Error(errors.join("\n"));
    }
    if (unknown.length > 0) {
        throw unverifiable(unknown);
    }
}

/**
 * What to throw so that the engine says of a policy that it can't tell, as an advisory, and goes on; it takes any other error
 * for a defect of the pack and fails the whole preview.
 * @param unknown all that the policy could not tell of, at least one
 */
function unverifiable(unknown: readonly UnknownValue[]): Error {
    const message = [...new Set(unknown.map((error) => error.message))].join("\n");
    return Object.setPrototypeOf(new Error(message), UnknownValueError.prototype) as Error;
}
