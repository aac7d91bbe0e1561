import type { Resource } from "../../policies/kubernetes/resource";
import { Stack } from "../../policies/kubernetes/stack";
import { lateralGraphOf, pathGraphOf } from "../../policies/paths/build";
import type { PathGraph, Unseen } from "../../policies/paths/graph";
import type { PathNode } from "../../policies/paths/nodes";
import { everything, withoutFlaws } from "../../policies/paths/search";
import { defineCommand } from "../cli/command";
import { EXIT, placeOfFailure } from "../findings";
import { count } from "../formats/style";
import type { Io } from "../io";
import { UsageError } from "../io";
import { readPathsBaseline } from "../paths/baseline";
import { ENDS, endsOf, endsTitle } from "../paths/ends";
import { PATHS_FORMATS } from "../paths/formats";
import type { Asked, Question } from "../paths/report";
import { answer } from "../paths/report";
import type { HostRequest } from "../sources/program/registration";

const DEFAULT_COUNT = 3;

/** Shows how an attacker gets from one place to another, hop by hop, and the cheapest changes that end it. */
export const command = defineCommand({
    operands: { usage: "[PATH…|-]" },
    stacks: "maybe",
    options: {
        from: { type: "text", value: "PLACE", description: "where the attacker is; default internet", multiple: true },
        to: {
            type: "text",
            value: "PLACE",
            description: "what the attacker wants; default node and cluster-admin",
            multiple: true,
        },
        count: { type: "count", value: "N", description: `show as many paths at most; default ${DEFAULT_COUNT}` },
        reach: { type: "flag", description: "list all that the attacker comes to hold" },
        baseline: {
            type: "text",
            short: "b",
            value: "FILE",
            description: "a former JSON report of the same question: only paths that it has not count",
        },
        lateral: { type: "flag", description: "take whatever the network lets a lost pod reach to be lost too" },
    },
    formats: PATHS_FORMATS,
    notes: [
        "PLACE is one of:",
        ...ENDS.map((places) => `  ${places.join(", ")}`),
        "editors:NAMESPACE is whoever may start pods there. The exit code is 1 where there is a path.",
    ],
    run: async ({ options, operands, stacks, output, io }) => {
        const { subject, resources, unseen } = await read(stacks[0], operands, io);
        const stack = new Stack(resources);
        const graph = options.lateral ? lateralGraphOf(stack) : pathGraphOf(stack);
        const asked = {
            from: options.from.length === 0 ? ["internet"] : options.from,
            to: options.to.length === 0 ? ["node", "cluster-admin"] : options.to,
        };
        const ends = resolved(graph, asked);
        const { lateral } = options;
        const report = answer(graph, {
            subject,
            asked,
            ...ends,
            titles: { from: endsTitle(ends.from), to: endsTitle(ends.to) },
            lateral,
            follow: lateral ? everything : withoutFlaws,
            count: options.count ?? DEFAULT_COUNT,
            reach: options.reach,
            baseline:
                options.baseline === undefined ? undefined : readPathsBaseline(options.baseline, { ...asked, lateral }),
            unseen,
        });
        await output.write(report);
        return report.paths.length === 0 ? EXIT.clean : EXIT.violations;
    },
});

interface Subject {
    readonly subject: string;
    readonly resources: readonly Resource[];
    readonly unseen: readonly Unseen[];
}

/** What is to be looked at: a stack, or manifests. @throws UsageError for both or neither, and for what can't be read */
async function read(request: HostRequest | undefined, paths: readonly string[], io: Io): Promise<Subject> {
    if (request !== undefined && paths.length === 0) {
        const { runStack } = await import("../preview/stacks.js");
        const { resources } = await runStack(request, io);
        return { subject: `stack ${request.stack}`, resources, unseen: [] };
    }
    if (request !== undefined || paths.length === 0) {
        throw new UsageError(["paths needs either --stack NAME, or a path, or - for standard input"]);
    }
    const { readManifests } = await import("../sources/manifests.js");
    const { follow, together } = await import("../sources/gitops.js");
    const files = [...readManifests([...new Set(paths)], { stdin: () => io.stdin() })];
    const { files: read, resources, failures, notJudged } = follow(together(files));
    if (failures.length > 0) {
        throw new UsageError(failures.map((failure) => `${placeOfFailure(failure)}: ${failure.message}`));
    }
    return {
        subject: count(read, "file"),
        resources,
        unseen: notJudged.map(({ source, kind, name, reason }) => ({
            what: [source, kind, name].filter(Boolean).join(" "),
            why: reason,
        })),
    };
}

/** The nodes of both ends. @throws UsageError with every text that names none, and where the beginning is the end */
function resolved(graph: PathGraph, texts: Asked): Pick<Question, "from" | "to"> {
    const faults: string[] = [];
    const nodes = (option: "from" | "to"): readonly PathNode[] =>
        texts[option].flatMap((text) => {
            const ends = endsOf(graph, option, text);
            if ("fault" in ends) {
                faults.push(ends.fault);
                return [];
            }
            return ends;
        });
    const ends = { from: nodes("from"), to: nodes("to") };
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
    // "No path" would be said of what the attacker has already.
    if (ends.to.every((node) => ends.from.includes(node))) {
        throw new UsageError([
            `--to ${texts.to.join(", ")}: the attacker is there already, by --from ${texts.from.join(", ")}`,
        ]);
    }
    return ends;
}
