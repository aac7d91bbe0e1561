import type { Context, ObjectControl } from "../policies/engine/control";
import { subjectOf } from "../policies/engine/control";
import type { ExceptionBook } from "../policies/engine/exceptions";
import { waiverFaults } from "../policies/engine/governance";
import type { KubeObject } from "../policies/kubernetes/kube";
import type { Selected } from "../policies/engine/profiles";
import type { Resource } from "../policies/kubernetes/resource";
import type { Outcome } from "../policies/engine/run";
import { runOverObject, runOverStack } from "../policies/engine/run";
import { Stack } from "../policies/kubernetes/stack";
import type { Waiver } from "../policies/engine/waivers";
import { WaiverBook } from "../policies/engine/waivers";
import { unjudgedReasons } from "../policies/controls/judged";
import { findingOfWaiver, FindingWriter, sourceOf } from "./finding-writer";
import type { Failure, Finding, NotJudged } from "./findings";

/** What a run evaluates with. */
export interface EvaluateOptions {
    /** The controls to run, as `selectControls` returns them. */
    readonly selected: readonly Selected[];
    readonly waivers: readonly Waiver[];
    /**
     * What components need excepted, where it is known which component makes which object.
     * @default none: no object can claim one
     */
    readonly exceptions?: ExceptionBook;
    /**
     * CustomResourceDefinitions beside those of each stack.
     * @default none
     */
    readonly definitions?: readonly Resource[];
    /** The clock that waivers expire by. */
    readonly now: Date;
    /** Who manages an object, where that can be told; findings name it. */
    readonly ownerOf?: (object: KubeObject) => string | undefined;
    /** Told how many objects have been judged. */
    readonly progress?: (objects: number) => void;
}

/** What came of a run, beside its findings. */
interface Came<Read> {
    /** Controls that threw. */
    readonly failures: readonly Failure[];
    /** Objects judged; an item of a list counts by itself, a Pulumi component as one. */
    readonly resources: number;
    /** What no control knows. */
    readonly notJudged: readonly NotJudged[];
    /** What the iterator of the stacks returned. */
    readonly read: Read;
}

/** What came of a run, findings included. */
interface Evaluated extends Omit<Came<unknown>, "read"> {
    /** In the order of the input, and of the registry within an object; then what concerns a stack as a whole; then waivers. */
    readonly findings: readonly Finding[];
}

/** Evaluates some stacks to the end and keeps every finding. Never throws; see {@link evaluation}. */
export function evaluate(stacks: Iterable<readonly Resource[]>, options: EvaluateOptions): Evaluated {
    const findings: Finding[] = [];
    const run = evaluation(stacks[Symbol.iterator](), options);
    for (;;) {
        const next = run.next();
        if (next.done === true) {
            const { failures, resources, notJudged } = next.value;
            return { findings, failures, resources, notJudged };
        }
        findings.push(next.value);
    }
}

/**
 * Runs the selected controls over some stacks, each judged as a whole and by itself: yields the findings, each made when it
 * is asked for, in the order {@link Evaluated} states, and returns what else came of the run. Never throws: a control that
 * does becomes a failure, and the rest still runs.
 *
 * Stacks are taken one at a time, and the findings about one object are handed over before the next is looked at. So what
 * a run keeps grows with its largest stack, not with the findings.
 */
export function* evaluation<Read>(
    stacks: Iterator<readonly Resource[], Read>,
    options: EvaluateOptions,
): Generator<Finding, Came<Read>, undefined> {
    const run = new Evaluation(options);
    let resources = 0;
    for (;;) {
        const next = stacks.next();
        if (next.done === true) {
            yield* run.waivers();
            return { failures: run.failures, resources, notJudged: run.notJudged, read: next.value };
        }
        const stack = new Stack(next.value, options.definitions);
        resources += countOf(stack);
        yield* run.findings(stack);
    }
}

/** An object control with its place among the selected ones. */
interface Rule {
    readonly index: number;
    readonly control: ObjectControl;
    readonly context: Context;
    readonly isFor?: Selected["isFor"];
}

/** What a control said, with the control's place among the selected ones. */
interface Found {
    readonly index: number;
    readonly outcome: Outcome;
}

/** What a run keeps from one stack to the next. */
class Evaluation {
    public readonly failures: Failure[] = [];
    public readonly notJudged: NotJudged[] = [];
    private readonly book: WaiverBook;
    private readonly writer: FindingWriter;
    private readonly rules = new Map<string, readonly Rule[]>();
    private judged = 0;

    constructor(private readonly options: EvaluateOptions) {
        this.book = new WaiverBook(options.waivers, options.now);
        this.writer = new FindingWriter(this.book, options);
    }

    /** The findings of a stack, each made when it is asked for. */
    public *findings(stack: Stack): Iterable<Finding> {
        for (const found of this.outcomes(stack)) {
            yield* this.written(found, stack);
        }
    }

    /** What is found about the waivers themselves, when every stack has gone by. */
    public waivers(): readonly Finding[] {
        return waiverFaults(this.book, this.options.selected).map(findingOfWaiver);
    }

    /** What is found in each object of a stack, in order. */
    private *outcomes(stack: Stack): Iterable<readonly Found[]> {
        const stackWide = this.runStackControls(stack);
        for (const object of stack.given) {
            this.options.progress?.(++this.judged);
            this.notJudged.push(...unjudgedReasons(object).map((reason) => unseen(object, reason)));
            const found = this.runObjectControls(object, stackWide.get(object));
            stackWide.delete(object);
            yield found;
        }
        // What is about the stack as a whole, or about an object that a control made up, comes last.
        yield* stackWide.values();
    }

    private runStackControls(stack: Stack): Map<KubeObject | undefined, Found[]> {
        const byObject = new Map<KubeObject | undefined, Found[]>();
        for (const [index, { control, params, isFor }] of this.options.selected.entries()) {
            if (control.scope === "stack") {
                for (const outcome of runOverStack(control, stack, params, this.writer.accepts)) {
                    if (isFor?.(outcome.object?.resource.source ?? "") === false) {
                        continue;
                    }
                    const found = byObject.get(outcome.object);
                    if (found === undefined) {
                        byObject.set(outcome.object, [{ index, outcome }]);
                    } else {
                        found.push({ index, outcome });
                    }
                }
            }
        }
        return byObject;
    }

    /** What the controls find in one object, merged with what was found stack-wide, in the order of the registry. */
    private runObjectControls(object: KubeObject, stackWide: readonly Found[] = []): readonly Found[] {
        const found: Found[] = [];
        let next = 0;
        for (const { index, control, context, isFor } of this.rulesFor(object)) {
            if (isFor?.(object.resource.source) === false) {
                continue;
            }
            for (const outcome of runOverObject(control, object, context)) {
                for (let other = stackWide[next]; other !== undefined && other.index < index; other = stackWide[next]) {
                    found.push(other);
                    next++;
                }
                found.push({ index, outcome });
            }
        }
        return next === stackWide.length ? found : found.concat(stackWide.slice(next));
    }

    /** A control is asked once for all objects that are the same to it. */
    private rulesFor(object: KubeObject): readonly Rule[] {
        const subject = subjectOf(object);
        const kind = `${subject.group}/${subject.kind}/${subject.pods}`;
        let rules = this.rules.get(kind);
        if (rules === undefined) {
            rules = this.options.selected.flatMap(({ control, params, isFor }, index) =>
                control.scope === "object" && control.applies(subject)
                    ? [{ index, control, context: { params }, ...(isFor && { isFor }) }]
                    : [],
            );
            this.rules.set(kind, rules);
        }
        return rules;
    }

    private written(found: readonly Found[], stack: Stack): readonly Finding[] {
        const findings: Finding[] = [];
        for (const { index, outcome } of found) {
            const choice = this.options.selected[index];
            if (outcome.status === "error") {
                const source = outcome.object?.resource.source ?? sourceOf(stack);
                this.failures.push({ source, message: outcome.message, cause: "control" });
            } else if (choice !== undefined) {
                findings.push(this.writer.finding(choice, outcome, stack));
            }
        }
        return findings;
    }
}

function unseen(object: KubeObject, reason: string): NotJudged {
    const { resource, group, kind, namespace, name } = object;
    const { source, document } = resource;
    return {
        source,
        document,
        kind: group === "" ? kind : `${kind}.${group}`,
        name: namespace === "" ? name : `${namespace}/${name}`,
        reason,
    };
}

function countOf(stack: Stack): number {
    const carriers = new Set(stack.objects.map((object) => object.resource));
    return stack.objects.length + stack.resources.length - carriers.size;
}
