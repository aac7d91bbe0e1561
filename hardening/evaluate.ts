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
    for (const choice of options.selected) {
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
    for (const object of [...stack.objects, undefined]) {
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

function findingOf({ control, enforcement }: Selected, outcome: Judged, book: WaiverBook, stack: Stack): Finding {
    const base = {
        ...placeOf(outcome.object, stack),
        control: control.name,
        covers: control.covers,
        severity: control.severity,
        enforcement,
    };
    if (outcome.status === "unverifiable") {
        const message = `${control.name} can't tell: ${outcome.error.message}`;
        return {
            ...base,
            status: "unverifiable",
            path: outcome.error.props.map(String).join("."),
            message: outcome.object === undefined ? message : messageOf(outcome.object, message),
            remediation: control.remediation,
            frameworks: control.frameworks,
        };
    }
    const { object, fault } = outcome;
    const waiver = book.find(control, object, fault);
    return {
        ...base,
        covers: fault.covers ?? control.covers,
        status: waiver === undefined ? "violation" : "waived",
        path: fault.path,
        message: messageOf(object, fault.message),
        remediation: control.remediation,
        frameworks: control.frameworks,
        ...(fault.container !== undefined && { container: fault.container }),
        ...(fault.fix !== undefined && { fix: fault.fix, safe: fault.safe === true }),
        ...(waiver !== undefined && { waiver: grantOf(waiver) }),
    };
}

function grantOf({ reason, owner, ticket, expires, from }: Waiver) {
    return { reason, owner, ticket, expires, from };
}

type Place = Pick<Finding, "source" | "document" | "type" | "kind" | "namespace" | "name" | "urn">;

function placeOf(object: KubeObject | undefined, stack: Stack): Place {
    if (object === undefined) {
        return { source: sourceOf(stack), document: 0, type: "", kind: "", namespace: "", name: "" };
    }
    const { resource, kind, namespace, name } = object;
    return {
        source: resource.source,
        document: resource.document,
        // An item of a list is an object of its own; the token of the list says nothing about it.
        type: object.prefix === "" ? resource.type : typeToken(object.apiVersion, kind),
        kind,
        namespace,
        name,
        ...(resource.urn !== undefined && { urn: resource.urn }),
    };
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
