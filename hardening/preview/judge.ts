import { EXCEPTIONS, ExceptionBook } from "../../policies/engine/exceptions";
import { evaluate } from "../evaluate";
import type { Failure, Finding, NotJudged } from "../findings";
import type { Io } from "../io";
import type { Selection } from "../selection";
import type { ManifestFile } from "../sources/manifests";
import type { ProgramPreview } from "../sources/program";
import { previewProgram, ProgramError } from "../sources/program";
import { previewByCli } from "../sources/program/cli";
import type { HostRequest } from "../sources/program/registration";
import { EMBEDDED } from "../sources/program/stack-file";
import { scrub } from "../sources/program/values";
import { stackLog, stackWaivers } from "./stacks";

/** What judging one stack came to. */
export interface Judged {
    readonly findings: readonly Finding[];
    readonly failures: readonly Failure[];
    readonly resources: number;
    readonly notJudged: readonly NotJudged[];
    /** What the program registered; undefined where it failed. */
    readonly preview?: ProgramPreview;
}

/**
 * Runs a stack's program and judges what it registers, with the stack's own waivers beside those of the selection. A
 * program that fails becomes a failure. No finding and no failure holds a secret of the stack.
 *
 * @param byCli has the CLI preview programs in other languages, of which nothing but the objects is seen then
 */
export async function judgeStack(
    request: HostRequest,
    selection: Selection,
    now: Date,
    io: Io,
    byCli = false,
): Promise<Judged> {
    const waivers = [...selection.waivers, ...stackWaivers(request)];
    try {
        const { seen, read } = await seenOf(request, io, byCli);
        const secrets = seen?.secrets ?? new Set<string>();
        const { findings, failures, resources, notJudged } = evaluate([read.resources], {
            selected: selection.selected,
            definitions: selection.definitions,
            waivers,
            exceptions: new ExceptionBook(EXCEPTIONS),
            now,
        });
        return {
            findings: findings.map((finding) => scrubbed(finding, secrets)),
            failures: [
                ...read.failures,
                ...failures.map((failure) => ({ ...failure, message: scrub(failure.message, secrets) })),
            ],
            resources,
            notJudged: [
                ...environmentsOf(request),
                ...notJudged.map((one) => ({ ...one, name: scrub(one.name, secrets) })),
            ],
            ...(seen && { preview: seen }),
        };
    } catch (error) {
        if (error instanceof ProgramError) {
            const source = `stack ${request.stack}`;
            const failure = { source, message: error.message, cause: "program" } as const;
            return { findings: [], failures: [failure], resources: 0, notJudged: environmentsOf(request) };
        }
        throw error;
    }
}

interface Seen {
    readonly read: Pick<ManifestFile, "resources" | "failures">;
    /** Undefined where the program did not run here. */
    readonly seen?: ProgramPreview;
}

/** What a stack's program registers: by running it, or by the CLI's preview where it is in another language. */
async function seenOf(request: HostRequest, io: Io, byCli: boolean): Promise<Seen> {
    const log = stackLog(io, request.stack);
    if (byCli && request.runtime !== EMBEDDED) {
        return { read: await previewByCli(request, log) };
    }
    const seen = await previewProgram(request, log);
    return { seen, read: { resources: seen.resources, failures: [] } };
}

/** The ESC environments of a stack: what they would set is left out of the preview. */
function environmentsOf({ stack, runtime, environments = [] }: HostRequest): readonly NotJudged[] {
    if (runtime !== EMBEDDED) {
        // The CLI reads them.
        return [];
    }
    const reason = "is kept by Pulumi ESC and is not read, so the program ran without its values";
    return environments.map((name) => ({ source: `stack ${stack}`, document: 0, kind: "Environment", name, reason }));
}

/** Whether a field may hold what the program says. The others hold what we say, of the control and of its verdict. */
const FROM_PROGRAM: Readonly<Record<keyof Finding, boolean>> = {
    source: false,
    document: false,
    type: true,
    kind: true,
    namespace: true,
    name: true,
    urn: true,
    control: false,
    covers: false,
    severity: false,
    enforcement: false,
    status: false,
    path: true,
    message: true,
    remediation: false,
    frameworks: false,
    container: true,
    fix: true,
    safe: false,
    owner: true,
    waiver: false,
    known: false,
    exception: false,
    absent: false,
    also: true,
};

/** A finding without any secret of the stack, wherever it stands in what the program says. */
export function scrubbed(finding: Finding, secrets: ReadonlySet<string>): Finding {
    if (secrets.size === 0) {
        return finding;
    }
    const fields = Object.entries(finding).map(([field, value]): [string, unknown] => [
        field,
        Object.hasOwn(FROM_PROGRAM, field) && !FROM_PROGRAM[field as keyof Finding] ? value : deeply(value, secrets),
    ]);
    return { ...finding, ...Object.fromEntries(fields) };
}

function deeply(value: unknown, secrets: ReadonlySet<string>): unknown {
    if (typeof value === "string") {
        return scrub(value, secrets);
    }
    if (Array.isArray(value)) {
        return value.map((item) => deeply(item, secrets));
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [scrub(key, secrets), deeply(item, secrets)]))
        : value;
}
