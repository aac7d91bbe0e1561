import { defineCommand } from "../cli/command";
import { FINDING_FORMATS } from "../formats";
import type { Findings, Outcome } from "../formats/report";
import type { Painter } from "../formats/style";
import { painter } from "../formats/style";
import type { Judged } from "../preview/judge";
import { judgeStack } from "../preview/judge";
import { componentTable } from "../preview/components";
import { kindsOf, resourceTree } from "../preview/tree";
import { Progress } from "../io";
import { announce, readSelection, selectionOptions } from "../selection";
import type { ProgramPreview } from "../sources/program";
import { report, startOf } from "./judge";
import { VIEW_OPTIONS, viewOf } from "./view";

/** Previews stacks of the program and holds them against the checklist, without engine, login or cluster. */
export const command = defineCommand({
    stacks: "many",
    options: { ...selectionOptions("x0tta6bl4"), ...VIEW_OPTIONS },
    formats: FINDING_FORMATS,
    notes: [
        "Runs index.ts for each stack on the SDK's mock monitor, counts what would be registered by component (--full shows",
        "each resource) and judges it. The waivers of policies/waivers/<stack>.yaml apply. Nothing is deployed and no state is",
        "read. A program in another language than TypeScript and JavaScript is previewed by the pulumi CLI, which has to be",
        "logged in and to know the stack.",
    ],
    run: async ({ options, stacks, words, output, project, io }) => {
        const view = viewOf(options, output.format, words);
        const selection = readSelection(options, project);
        announce(selection, io);
        const start = startOf(io);
        const judging = Promise.all(stacks.map(async (request) => judgeStack(request, selection, start.at, io, true)));
        const judged = await new Progress(io, "running the programs of the stacks").during(judging);
        if (output.format === "tree" && output.file === undefined) {
            const previews = judged.flatMap(({ preview }) => preview ?? []);
            const shown = view.extent === "full" ? previews.map(resourcesOf) : [componentTable(previews)];
            shown.forEach((text) => io.out(text(painter(output.colour))));
        }
        const subject = `${stacks.length === 1 ? "stack" : "stacks"} ${stacks.map(({ stack }) => stack).join(", ")}`;
        const findings = findingsOf(judged, { subject, elapsedMs: io.clock() - start.clock });
        return report(findings, { selection, at: start.at, view, output, io });
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
        excluded: 0,
        resources: judged.reduce((sum, { resources }) => sum + resources, 0),
    };
}

function resourcesOf({ stack, registrations }: ProgramPreview): (paint: Painter) => string {
    return (paint) =>
        [
            paint("bold", `Stack ${stack}`),
            "",
            ...resourceTree(registrations, paint),
            "",
            `Resources: ${kindsOf(registrations)}`,
            "",
            "",
        ].join("\n");
}
