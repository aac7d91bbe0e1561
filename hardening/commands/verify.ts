import { obj, str } from "../../policies/kubernetes/kube";
import type { ExitCode } from "../findings";
import { EXIT } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import type { Arguments, OptionValues } from "../options";
import { requestedStacks, STACK_OPTIONS, stackLog } from "../preview/stacks";
import { painter } from "../formats/style";
import { ReadOnlyClient } from "../sources/cluster/client";
import { readConnection } from "../sources/cluster/kubeconfig";
import { previewProgram } from "../sources/program";
import { checks, verify } from "../verify";
import type { Check } from "../verify/check";
import { Expected } from "../verify/expected";
import { LiveCluster } from "../verify/live";
import { jsonOf, textOf } from "../verify/print";
import type { Command } from "./command";
import { writeOut } from "./out";

/** Proves against a live cluster what the program and the guide say. */
export const command: Command = {
    operands: "",
    options: {
        ...STACK_OPTIONS,
        kubeconfig: {
            type: "string",
            value: "FILE",
            description: "default: $KUBECONFIG, ~/.kube/config or the pod's own account",
        },
        context: { type: "string", value: "NAME", description: "a context of the kubeconfig; default its current one" },
        check: {
            type: "string",
            value: "NAME",
            description: "only this check; may be given several times",
            choices: checks(() => new Date(0)).map(({ name }) => name),
            multiple: true,
        },
        rehearsal: {
            type: "boolean",
            description: "the cluster is one to try the stack on, not its own; the report says so",
        },
        format: {
            type: "string",
            short: "f",
            value: "NAME",
            description: "form of the report",
            choices: ["text", "json"],
        },
        out: {
            type: "string",
            short: "o",
            value: "FILE",
            description: "write the report to a file instead of standard output",
        },
    },
    notes: [
        "Runs the hardening guide's actions by reading: objects, logs, metrics (from Prometheus, or through the API server's",
        "proxy) and access reviews. Whether network policies are enforced is what the canary measured, where there is one.",
        "Secrets are read to look for their values in logs; no value is ever shown. Exit code 2: something could not be seen,",
        "so it is neither proved nor refuted.",
    ],
    run,
};

async function run({ options, positionals }: Arguments, io: Io): Promise<ExitCode> {
    if (positionals.length > 0) {
        throw new UsageError([`verify takes no operand, found "${positionals.join(" ")}"`]);
    }
    const [request] = options.texts("stack").length === 1 ? requestedStacks(options) : [];
    if (request === undefined) {
        throw new UsageError(["verify needs exactly one --stack NAME"]);
    }
    const kubeconfig = options.text("kubeconfig");
    const context = options.text("context");
    const connection = readConnection({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
    const { registrations } = await previewProgram(request, stackLog(io, request.stack));
    const objects = registrations.map(({ inputs }) => obj(inputs)).filter((inputs) => str(inputs["kind"]) !== "");
    const at = io.now();
    const asText = (options.text("format") ?? "text") === "text";
    const out = options.text("out");
    const paint = painter(io.colour && out === undefined);
    const text: string[] = [];
    const client = new ReadOnlyClient(connection);
    try {
        const results = await verify(
            selectedChecks(options, io.now),
            new Expected(request.stack, objects),
            new LiveCluster(client),
            (result) => {
                text.push(textOf(result, paint));
                // Checks take seconds each: what is known is shown at once.
                if (asText && out === undefined) {
                    io.out(text.at(-1) ?? "");
                }
            },
        );
        if (!asText || out !== undefined) {
            const rehearsal = options.flag("rehearsal");
            const report = { stack: request.stack, cluster: connection.name, at, rehearsal };
            deliver(asText ? text.join("") : jsonOf(report, results), out, io);
        }
        const statuses = results.map(({ status }) => status);
        const of = (status: string): number => statuses.filter((one) => one === status).length;
        io.log(`${of("proved")} proved, ${of("failed")} failed, ${of("unknown")} unknown`);
        return statuses.includes("failed") ? EXIT.violations : statuses.includes("unknown") ? EXIT.input : EXIT.clean;
    } finally {
        client.close();
    }
}

function selectedChecks(options: OptionValues, now: () => Date): readonly Check[] {
    const wanted = options.texts("check");
    return checks(now).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}

function deliver(report: string, out: string | undefined, io: Io): void {
    if (out === undefined) {
        io.out(report);
    } else {
        writeOut(out, report);
    }
}
