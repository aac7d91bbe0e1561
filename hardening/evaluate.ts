import type { Control, Fault } from "../policies/control";
import type { WaiverFault } from "../policies/governance";
import { waiverFaults } from "../policies/governance";
import type { KubeObject } from "../policies/kube";
import { messageOf } from "../policies/kube";
import type { Selected } from "../policies/profiles";
import type { Resource } from "../policies/resource";
import { typeToken } from "../policies/resource";
import type { Outcome } from "../policies/run";
import { runOverObjects, runOverStack } from "../policies/run";
import { Stack } from "../policies/stack";
import type { UnknownValue } from "../policies/unknown";
import type { Waiver } from "../policies/waivers";
import { WaiverBook } from "../policies/waivers";
import { groupBy } from "./collections";
import type { Failure, Finding } from "./findings";

/** What a run evaluates with. */
export interface EvaluateOptions {
    /** The controls to run, as `selectControls` returns them. */
    readonly selected: readonly Selected[];
    readonly waivers: readonly Waiver[];
    /** The clock that waivers expire by. */
    readonly now: Date;
    /** Who manages an object, where that can be told; findings name it. */
    readonly ownerOf?: (object: KubeObject) => string | undefined;
    /** Told how many controls have run over the stack at hand. */
    readonly progress?: (controls: number) => void;
}

/** What came of a run. */
export interface Evaluation {
    /** In the order of the input, and of the registry within an object; then what concerns a stack as a whole; then waivers. */
    readonly findings: readonly Finding[];
    /** Controls that threw. */
    readonly failures: readonly Failure[];
    /** Objects judged; an item of a list counts by itself, a Pulumi component as one. */
    readonly resources: number;
}

/**
 * Runs the selected controls over some stacks, each judged as a whole and by itself. Never throws: a control that does
 * becomes a failure, and the rest still runs. Stacks are taken one at a time, so that a lazy iterable bounds the memory.
 */
export function evaluate(stacks: Iterable<readonly Resource[]>, options: EvaluateOptions): Evaluation {
    const book = new WaiverBook(options.waivers, options.now);
    const findings: Finding[] = [];
    const failures: Failure[] = [];
    let resources = 0;
    for (const stackResources of stacks) {
        const stack = new Stack(stackResources);
        resources += countOf(stack);
        evaluateStack(stack, options, book, findings, failures);
    }
    findings.push(...waiverFaults(book, options.selected).map(findingOfWaiver));
    return { findings, failures, resources };
}

function countOf(stack: Stack): number {
    const carriers = new Set(stack.objects.map((object) => object.resource));
    return stack.objects.length + stack.resources.length - carriers.size;
}

function evaluateStack(
    stack: Stack,
    options: EvaluateOptions,
    book: WaiverBook,
    findings: Finding[],
    failures: Failure[],
): void {
    const byObject = new Map<KubeObject | undefined, Finding[]>();
    const kinds = groupBy(stack.objects, ({ group, kind }) => `${group}/${kind}`);
    for (const [index, choice] of options.selected.entries()) {
        options.progress?.(index);
        for (const outcome of outcomesOf(choice, stack, kinds)) {
            if (outcome.status === "error") {
                failures.push({
                    source: outcome.object?.resource.source ?? sourceOf(stack),
                    message: outcome.message,
                    cause: "control",
                });
                continue;
            }
            const finding = findingOf(choice, outcome, book, stack);
            const found = byObject.get(outcome.object);
            if (found === undefined) {
                byObject.set(outcome.object, [finding]);
            } else {
                found.push(finding);
            }
        }
    }
    // What is about the stack as a whole, or about an object that a control made up, comes last.
    for (const object of new Set([...stack.objects, ...byObject.keys()])) {
        const found = byObject.get(object);
        if (found !== undefined) {
            const owner = object === undefined ? undefined : options.ownerOf?.(object);
            findings.push(...(owner === undefined ? found : found.map((finding) => ({ ...finding, owner }))));
        }
    }
}

/** Whether a control looks at an object depends on its kind alone, so it is asked once for each kind. */
function* outcomesOf(
    { control, params }: Selected,
    stack: Stack,
    kinds: ReadonlyMap<string, readonly KubeObject[]>,
): Iterable<Outcome> {
    if (control.scope === "stack") {
        yield* runOverStack(control, stack, params);
        return;
    }
    for (const objects of kinds.values()) {
        if (objects[0] !== undefined && control.applies(objects[0])) {
            yield* runOverObjects(control, objects, params);
        }
    }
}

function sourceOf(stack: Stack): string {
    return stack.resources[0]?.source ?? "";
}

type Judged = Exclude<Outcome, { status: "error" }>;

/** Built field by field: a large scan makes millions of these, and spreading objects into each would dominate it. */
function findingOf({ control, enforcement }: Selected, outcome: Judged, book: WaiverBook, stack: Stack): Finding {
    const { object } = outcome;
    const fault = outcome.status === "violation" ? outcome.fault : unverifiableFault(control, outcome.error);
    const waiver = outcome.status === "violation" ? book.find(control, outcome.object, outcome.fault) : undefined;
    const urn = object?.resource.urn;
    const finding: { -readonly [K in keyof Finding]: Finding[K] } = {
        source: object?.resource.source ?? sourceOf(stack),
        document: object?.resource.document ?? 0,
        type: object === undefined ? "" : typeOf(object),
        kind: object?.kind ?? "",
        namespace: object?.namespace ?? "",
        name: object?.name ?? "",
        ...(urn !== undefined && { urn }),
        control: control.name,
        covers: fault.covers ?? control.covers,
        severity: control.severity,
        enforcement,
        status: outcome.status === "unverifiable" ? "unverifiable" : waiver === undefined ? "violation" : "waived",
        path: fault.path,
        message: object === undefined ? fault.message : messageOf(object, fault.message),
        remediation: control.remediation,
        frameworks: control.frameworks,
    };
    if (fault.container !== undefined) {
        finding.container = fault.container;
    }
    if (fault.fix !== undefined) {
        finding.fix = fault.fix;
        finding.safe = fault.safe === true;
    }
    if (waiver !== undefined) {
        finding.waiver = grantOf(waiver);
    }
    return finding;
}

function unverifiableFault({ name }: Control, { props, message }: UnknownValue): Fault {
    return { path: props.map(String).join("."), message: `${name} can't tell: ${message}` };
}

/** An item of a list is an object of its own; the token of the list says nothing about it. */
function typeOf({ resource, prefix, apiVersion, kind }: KubeObject): string {
    return prefix === "" ? resource.type : typeToken(apiVersion, kind);
}

function grantOf({ reason, owner, ticket, expires, from }: Waiver) {
    return { reason, owner, ticket, expires, from };
}

function findingOfWaiver({ rule, waiver, message }: WaiverFault): Finding {
    const [source = waiver.from, path = ""] = waiver.from.split(": ", 2);
    return {
        source,
        document: 0,
        type: "",
        kind: "Waiver",
        namespace: "",
        name: `${waiver.control} for ${waiver.object}`,
        control: rule.name,
        covers: rule.covers,
        severity: rule.severity,
        enforcement: rule.enforcement ?? "mandatory",
        status: "violation",
        path,
        message,
        remediation: rule.remediation,
        frameworks: rule.frameworks,
        ...(waiver.container !== undefined && { container: waiver.container }),
    };
}
