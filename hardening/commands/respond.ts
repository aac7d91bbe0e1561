import { readFileSync } from "node:fs";

import type { KubernetesObject, SimulatedDecision } from "@x0tta6bl4/responder";
import { MessageListError, parseResponsePolicy, PolicyError, readEvents, simulate } from "@x0tta6bl4/responder";

import { obj, str } from "../../policies/kubernetes/kube";
import type { Command } from "../cli/command";
import { defineCommand } from "../cli/command";
import type { OptionTable } from "../cli/options";
import { EXIT } from "../findings";
import { UsageError } from "../io";
import { stackLog } from "../preview/stacks";
import { SIMULATION_FORMATS } from "../respond/draw";
import { people } from "../respond/people";
import { reasonOf } from "../sources/files";
import { previewProgram } from "../sources/program";

/** Nodes of a cluster on which a part of them can be cordoned at all. */
const NODES = 10;
const PROTECTED = ["kube-system", "spire", "responder"];

/** Shows what the responder would do: replays recorded events against a policy and a rendered stack. */
const simulation = defineCommand({
    stacks: "one",
    options: {
        simulate: {
            type: "text",
            value: "EVENTS",
            description: "recorded messages of falcosidekick, Alertmanager or the probe, one a line or as a list",
            required: true,
        },
        policy: { type: "text", value: "FILE", description: "the response policy", required: true },
        nodes: { type: "count", value: "N", description: `nodes that the cluster has, default ${NODES}` },
    },
    formats: SIMULATION_FORMATS,
    notes: [
        "Changes nothing and asks no cluster: every pod of the stack is taken to be ready, and every planned action to be done at",
        "once. Actions that a guard rail stopped are shown with its name.",
    ],
    run: async ({ options, stacks: [request], output, io }) => {
        const [policy, events] = inputs(options.policy, options.simulate);
        const { resources } = await previewProgram(request, stackLog(io, request.stack));
        const objects = resources
            .filter(({ type, props }) => type.startsWith("kubernetes:") && str(obj(props["metadata"])["name"]) !== "")
            .map(({ props }) => props as KubernetesObject);
        const nodes = options.nodes ?? NODES;
        const trustDomain = trustDomainOf(objects);
        const decisions: readonly SimulatedDecision[] = await simulate({
            ...{ objects, policy, events, nodes, trustDomain },
            builtIn: PROTECTED,
        });
        await output.write({ stack: request.stack, mode: policy.mode, decisions });
        return EXIT.clean;
    },
});

/** Whether a command line is one of the simulator's: by the options that only it takes. */
function simulates(args: readonly string[]): boolean {
    return args.some((arg) => /^--(?:simulate|policy|nodes|stack)(?:=|$)/.test(arg));
}

/** Two things under one name: what people see and decide in a cluster, and what would be done in a stack. */
export const command: Command = {
    operands: people.operands,
    options: { ...people.options, ...optional(simulation.options) },
    notes: [
        "list, show, approve, undo, confirm and ack see and decide with the rights of the kubeconfig's user, whom the API server's",
        "admission holds every decision to. ACTION is an action's ID or type; without it a decision is about all actions.",
        "--simulate, with --policy and --stack, shows instead what would be done:",
        ...simulation.notes,
    ],
    read: (name, args) => (simulates(args) ? simulation : people).read(name, args),
    run: (line, io) => (simulates(line.words) ? simulation : people).run(line, io),
};

/** Options of one of two uses: for both together none is required. */
function optional(options: OptionTable): OptionTable {
    return Object.fromEntries(
        Object.entries(options).map(([name, option]) => [
            name,
            option.type === "text" ? { ...option, required: undefined } : option,
        ]),
    );
}

/** The trust domain that the stack's SPIRE server is configured for; SPIFFE IDs of a stack without one stand below `unknown`. */
function trustDomainOf(objects: readonly KubernetesObject[]): string {
    const maps = objects.filter(({ kind }) => kind === "ConfigMap").map((map) => JSON.stringify(map["data"] ?? {}));
    const [, name] =
        maps.map((data) => /trust_domain\W+([a-z0-9._-]+)/.exec(data)).find((found) => found !== null) ?? [];
    return name ?? "unknown";
}

/** Reads both files. @throws UsageError with the faults of both */
function inputs(policyFile: string, eventsFile: string) {
    const faults: string[] = [];
    const attempt = <T>(file: string, read: (text: string) => T): T | undefined => {
        try {
            return read(readFileSync(file, "utf8"));
        } catch (error) {
            if (error instanceof PolicyError) {
                faults.push(...error.faults.map((fault) => `${file}: ${fault}`));
                return undefined;
            }
            if (error instanceof MessageListError) {
                faults.push(`${file}: ${error.message}`);
                return undefined;
            }
            if (error instanceof Error && "code" in error) {
                faults.push(`${file} ${reasonOf(error)}`);
                return undefined;
            }
            throw error;
        }
    };
    const policy = attempt(policyFile, (text) => parseResponsePolicy(text, policyFile));
    const events = attempt(eventsFile, readEvents);
    if (policy === undefined || events === undefined) {
        throw new UsageError(faults);
    }
    return [policy, events] as const;
}
