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
import { ReadOnlyClient } from "../sources/cluster/client";
import { connectionTo, refuseOtherCluster } from "../sources/cluster/identity";
import type { ConnectionRequest } from "../sources/cluster/kubeconfig";
import { CONNECTION_OPTIONS, readConnection } from "../sources/cluster/kubeconfig";
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
        audit: {
            type: "flag",
            description: "what a live cluster holds, read by GET alone; with --stack, the cluster of the stack",
        },
        ...CONNECTION_OPTIONS,
        lateral: { type: "flag", description: "take whatever the network lets a lost pod reach to be lost too" },
    },
    formats: PATHS_FORMATS,
    notes: [
        "PLACE is one of:",
        ...ENDS.map((places) => `  ${places.join(", ")}`),
        "editors:NAMESPACE is whoever may start pods there. The exit code is 1 where there is a path.",
    ],
    run: async ({ options, operands, stacks, output, io }) => {
        const { subject, resources, unseen } = await read(
            { request: stacks[0], paths: operands, live: liveOf(options) },
            io,
        );
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

/** What was asked for. */
interface Source {
    readonly request: HostRequest | undefined;
    readonly paths: readonly string[];
    /** How to reach a live cluster, where one is to be read. */
    readonly live: ConnectionRequest | undefined;
}

/** @throws UsageError where a way to a cluster is given, and none is to be read */
function liveOf({ audit, ...options }: ConnectionRequest & { readonly audit: boolean }): ConnectionRequest | undefined {
    const given = (["kubeconfig", "context"] as const).filter((name) => options[name] !== undefined);
    if (!audit && given.length > 0) {
        throw new UsageError(given.map((name) => `--${name} needs --audit: only then is a cluster read`));
    }
    return audit ? options : undefined;
}

/** What is to be looked at: a stack, a live cluster, or manifests. @throws UsageError for none or several, and for what can't be read */
async function read({ request, paths, live }: Source, io: Io): Promise<Subject> {
    if (live !== undefined && paths.length === 0) {
        const { readLive } = await import("./live.js");
        const connection = readConnection(request === undefined ? live : connectionTo(live, request));
        const source = `cluster ${connection.name}`;
        const client = new ReadOnlyClient(connection);
        if (request !== undefined) {
            await refuseOtherCluster(client, request, source);
        }
        const { resources, failures } = await readLive(client, io, { source });
        if (resources.length === 0 && failures.length > 0) {
            throw new UsageError(failures.map(({ message }) => `${source}: ${message}`));
        }
        return { subject: source, resources, unseen: failures.map(({ message }) => ({ what: source, why: message })) };
    }
    if (live === undefined && request !== undefined && paths.length === 0) {
        const { runStack } = await import("../preview/stacks.js");
        const { resources } = await runStack(request, io);
        return { subject: `stack ${request.stack}`, resources, unseen: [] };
    }
    if (live !== undefined || request !== undefined || paths.length === 0) {
        throw new UsageError(["paths needs either --stack NAME, or --audit, or a path, or - for standard input"]);
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
