import type { Io } from "../io";
import type { Arguments } from "../options";
import { judgeStack } from "../preview/judge";
import { requestedStacks, STACK_OPTIONS } from "../preview/stacks";
import { kindsOf, resourceTree } from "../preview/tree";
import { painter } from "../formats/style";
import { announce, readSelection, SELECTION_OPTIONS } from "../selection";
import type { ProgramPreview } from "../sources/program";
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

async function preview({ options }: Arguments, io: Io) {
    const selection = readSelection(options, "x0tta6bl4");
    announce(selection, io);
    const requests = requestedStacks(options);
    const startedAt = io.now();
    const start = io.clock();
    const judged = await Promise.all(requests.map(async (request) => judgeStack(request, selection, startedAt, io)));
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
