import { load, YAMLException } from "js-yaml";

import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../../policies/kubernetes/kube";
import type { Judgement } from "../judgement";
import { missing, proven } from "../judgement";

/** What a job of a workflow has to do. */
export interface JobRule {
    /** An event that starts the workflow. */
    readonly on: string;
    /** Commands, or actions without their version, each of which a step has to run. */
    readonly does: readonly string[];
}

/** Filters by which an event starts nothing for some changes. */
const FILTERS = ["paths", "paths-ignore", "branches-ignore", "tags", "tags-ignore", "types"];

/** What a shell goes on after, though the command before it failed. */
const SWALLOWS = /\|\|\s*(?:true|:|exit 0|echo\b|printf\b)|;\s*(?:true|:|exit 0)\s*$/;

/** A pipe ends as its last command does, unless the shell is told otherwise. */
const PIPE = /[^|]\|[^|]/;

/**
 * Judges a job of a workflow of GitHub's by what it does: its event starts it for every change, nothing lets it pass or be
 * skipped, and its steps run what they have to.
 *
 * @param text undefined where there is no such file
 */
export function judgeJob(text: string | undefined, job: string, rule: JobRule): Judgement {
    if (text === undefined) {
        return missing("its workflow does not exist");
    }
    const workflow = parsed(text);
    const body = obj(workflow["jobs"])[job];
    if (!isObj(body)) {
        return missing("does not exist");
    }
    const fault = eventFault(workflow["on"], rule.on) ?? lenient(body, "it") ?? stepFault(body, rule);
    return fault === undefined ? proven("runs what it has to, and fails where that fails") : missing(fault);
}

function parsed(text: string): Body {
    try {
        return obj(load(text));
    } catch (error) {
        if (error instanceof YAMLException) {
            return {};
        }
        throw error;
    }
}

function eventFault(on: unknown, wanted: string): string | undefined {
    const named = typeof on === "string" ? [on] : Array.isArray(on) ? (on as unknown[]) : Object.keys(obj(on));
    if (!named.includes(wanted)) {
        return `its workflow does not start on ${wanted}`;
    }
    const filters = FILTERS.filter((filter) => filter in obj(obj(on)[wanted]));
    return filters.length > 0 ? `its workflow starts on some of ${wanted} only (${filters.join(", ")})` : undefined;
}

/** What lets a job or a step pass although it fails, or be skipped. */
function lenient(part: Body, name: string): string | undefined {
    const { if: condition, "continue-on-error": goesOn } = part;
    if (goesOn !== undefined && goesOn !== false) {
        return `${name} may fail (continue-on-error)`;
    }
    const always = typeof condition === "string" && /^(?:\$\{\{\s*)?always\(\)(?:\s*\}\})?$/.test(condition.trim());
    return condition === undefined || always ? undefined : `${name} is run on a condition only (if)`;
}

function stepFault(job: Body, { does }: JobRule): string | undefined {
    const steps = list(job["steps"]).map(obj);
    for (const wanted of does) {
        const doing = steps.filter((step) => runs(step, wanted));
        if (doing.length === 0) {
            return `no step of it runs ${wanted}`;
        }
        const faults = doing.map((step) => lenient(step, `the step that runs ${wanted}`) ?? swallowed(step, wanted));
        // One step that can't be passed over is enough.
        if (faults.every((fault) => fault !== undefined)) {
            return faults[0];
        }
    }
    return undefined;
}

/** The commands of a step, a line each: what goes on in the next line is one with it, and comments are none. */
function commands(step: Body): readonly string[] {
    return str(step["run"])
        .replaceAll(/\\\n\s*/g, " ")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Whether a step runs an action, or a command at the start of a line or behind what comes before it in a list or pipe. */
function runs(step: Body, wanted: string): boolean {
    const [action = ""] = str(step["uses"]).split("@");
    return action === wanted || commands(step).some((line) => calls(line, wanted));
}

function calls(line: string, wanted: string): boolean {
    return line.split(/&&|\|\||[|;]|\$\(/).some((part) => {
        const command = part
            .trim()
            .replace(/^sudo (?:--\S+ )*/, "")
            .replace(/^npm exec -- /, "");
        return command === wanted || command.startsWith(`${wanted} `);
    });
}

function swallowed(step: Body, wanted: string): string | undefined {
    const lines = commands(step);
    const calling = lines.filter((line) => calls(line, wanted));
    const goesOn =
        lines.some((line) => /\bset \+e\b/.test(line)) ||
        calling.some((line) => SWALLOWS.test(line) || (PIPE.test(line) && str(step["shell"]) !== "bash"));
    return goesOn ? `the step that runs ${wanted} goes on where it fails` : undefined;
}
