import { evaluate } from "../evaluate";
import type { Failure, Finding } from "../findings";
import type { Io } from "../io";
import type { Arguments } from "../options";
import { requestedStacks, STACK_OPTIONS, stackLog, stackWaivers } from "../preview/stacks";
import { kindsOf, resourceTree } from "../preview/tree";
import { painter } from "../report/style";
import type { Selection } from "../selection";
import { announce, readSelection, SELECTION_OPTIONS } from "../selection";
import type { ProgramPreview } from "../sources/program";
import { previewProgram, ProgramError } from "../sources/program";
import type { HostRequest } from "../sources/program/registration";
import { scrub } from "../sources/program/values";
import type { Command } from "./command";
import { finish, OUTPUT_OPTIONS } from "./output";

/** Previews stacks of the program and holds them against the checklist, without engine, login or cluster. */
export const command: Command = {
    operands: "",
    options: { ...STACK_OPTIONS, ...SELECTION_OPTIONS, ...OUTPUT_OPTIONS },
    notes: [
        "Runs index.ts for each stack on the SDK's mock monitor, shows what would be registered and judges it. The waivers",
        "of policies/waivers/<stack>.yaml apply. The default profile is x0tta6bl4. Nothing is deployed and no state is read.",
    ],
    run: preview,
};

/** What judging one stack came to. */
interface Judged {
    readonly findings: readonly Finding[];
    readonly failures: readonly Failure[];
    readonly resources: number;
    readonly preview?: ProgramPreview;
}

async function preview({ options }: Arguments, io: Io) {
    const selection = readSelection(options, "x0tta6bl4");
    announce(selection, io);
    const requests = requestedStacks(options);
    const waivers = requests.map(stackWaivers);
    const startedAt = io.now();
    const start = io.clock();
    const judged = await Promise.all(
        requests.map(async (request, index) => judge(request, waivers[index] ?? [], selection, startedAt, io)),
    );
    if ((options.text("format") ?? "tree") === "tree" && options.text("out") === undefined) {
        judged.forEach((stack) => stack.preview && io.out(resourcesOf(stack.preview, io.colour)));
    }
    const run = {
        subject: `${requests.length === 1 ? "stack" : "stacks"} ${requests.map(({ stack }) => stack).join(", ")}`,
        findings: judged.flatMap(({ findings }) => findings),
        failures: judged.flatMap(({ failures }) => failures),
        resources: judged.reduce((sum, { resources }) => sum + resources, 0),
        selected: selection.selected,
        profile: selection.profile,
        startedAt,
        elapsedMs: io.clock() - start,
    };
    return finish(run, selection, options, io);
}

async function judge(
    request: HostRequest,
    waivers: Selection["waivers"],
    selection: Selection,
    now: Date,
    io: Io,
): Promise<Judged> {
    try {
        const seen = await previewProgram(request, stackLog(io, request.stack));
        seen.warnings.forEach((warning) => io.log(`warning: ${warning}`));
        const { findings, failures, resources } = evaluate([seen.resources], {
            selected: selection.selected,
            waivers: [...selection.waivers, ...waivers],
            now,
        });
        return {
            findings: findings.map((finding) => scrubbed(finding, seen.secrets)),
            failures: failures.map((failure) => ({ ...failure, message: scrub(failure.message, seen.secrets) })),
            resources,
            preview: seen,
        };
    } catch (error) {
        if (error instanceof ProgramError) {
            const source = `stack ${request.stack}`;
            return { findings: [], failures: [{ source, message: error.message, cause: "program" }], resources: 0 };
        }
        throw error;
    }
}

/** A finding without any secret of the stack. Fixes carry values of the object, so they are scrubbed as well. */
function scrubbed(finding: Finding, secrets: ReadonlySet<string>): Finding {
    if (secrets.size === 0) {
        return finding;
    }
    return {
        ...finding,
        name: scrub(finding.name, secrets),
        path: scrub(finding.path, secrets),
        message: scrub(finding.message, secrets),
        ...(finding.container !== undefined && { container: scrub(finding.container, secrets) }),
        ...(finding.fix !== undefined && { fix: JSON.parse(scrub(JSON.stringify(finding.fix), secrets)) }),
    };
}

function resourcesOf(seen: ProgramPreview, colour: boolean): string {
    const paint = painter(colour);
    return [
        paint("bold", `Stack ${seen.stack}`),
        "",
        ...resourceTree(seen.registrations, paint),
        "",
        `Resources: ${kindsOf(seen.registrations)}`,
        "",
        "",
    ].join("\n");
}
