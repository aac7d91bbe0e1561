import { defineCommand } from "../cli/command";
import { FINDING_FORMATS } from "../formats";
import type { Findings, Outcome } from "../formats/report";
import { painter } from "../formats/style";
import type { Judged } from "../preview/judge";
import { judgeStack } from "../preview/judge";
import { kindsOf, resourceTree } from "../preview/tree";
import { announce, readSelection, selectionOptions } from "../selection";
import type { ProgramPreview } from "../sources/program";
import { report, startOf } from "./judge";

/** Previews stacks of the program and holds them against the checklist, without engine, login or cluster. */
export const command = defineCommand({
    stacks: "many",
    options: selectionOptions("x0tta6bl4"),
    formats: FINDING_FORMATS,
    notes: [
        "Runs index.ts for each stack on the SDK's mock monitor, shows what would be registered and judges it. The waivers",
        "of policies/waivers/<stack>.yaml apply. Nothing is deployed and no state is read.",
    ],
    run: async ({ options, stacks, output, io }) => {
        const selection = readSelection(options);
        announce(selection, io);
        const start = startOf(io);
        const judged = await Promise.all(stacks.map(async (request) => judgeStack(request, selection, start.at, io)));
        if (output.format === "tree" && output.file === undefined) {
            judged.forEach((stack) => stack.preview && io.out(resourcesOf(stack.preview, output.colour)));
        }
        const subject = `${stacks.length === 1 ? "stack" : "stacks"} ${stacks.map(({ stack }) => stack).join(", ")}`;
        const findings = findingsOf(judged, { subject, elapsedMs: io.clock() - start.clock });
        return report(findings, { selection, at: start.at, output, io });
    },
});

function* findingsOf(
    judged: readonly Judged[],
    about: Pick<Outcome, "subject" | "elapsedMs">,
): Findings<Omit<Outcome, "tally">> {
    for (const { findings } of judged) {
        yield* findings;
    }
    return {
        ...about,
        failures: judged.flatMap(({ failures }) => failures),
        notJudged: judged.flatMap(({ notJudged }) => notJudged),
        resources: judged.reduce((sum, { resources }) => sum + resources, 0),
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
