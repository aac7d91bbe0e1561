import { Stack } from "../../policies/kubernetes/stack";
import { EXIT } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import { jsonOf, mermaidOf, svgOf, tableOf } from "../network/draw";
import { connectivity } from "../network/matrix";
import type { Arguments } from "../options";
import { requestedStacks, STACK_OPTIONS, stackLog } from "../preview/stacks";
import { previewProgram } from "../sources/program";
import type { Command } from "./command";
import { writeOut } from "./out";

const FORMATS = ["table", "mermaid", "svg", "json"] as const;

/** Shows who may talk to whom on which port, from all NetworkPolicies of a stack. */
export const command: Command = {
    operands: "",
    options: {
        ...STACK_OPTIONS,
        format: { type: "string", short: "f", value: "FORMAT", description: `${FORMATS.join(", ")}; default: table` },
        out: { type: "string", short: "o", value: "FILE", description: "file to write to; default: standard output" },
    },
    notes: [
        "A connection is listed where both ends allow it. What only one end allows is listed apart: it does not work. Names in",
        "brackets are labels of pods that others run; addresses stand for what is outside the pod network.",
    ],
    run: network,
};

async function network({ options }: Arguments, io: Io) {
    const format = FORMATS.find((known) => known === (options.text("format") ?? "table"));
    const faults = [
        ...(options.texts("stack").length === 1 ? [] : ["network needs exactly one --stack NAME"]),
        ...(format === undefined
            ? [`--format must be one of ${FORMATS.join(", ")}, found "${options.text("format") ?? ""}"`]
            : []),
    ];
    if (faults.length > 0 || format === undefined) {
        throw new UsageError(faults);
    }
    const [request] = requestedStacks(options);
    if (request === undefined) {
        throw new UsageError(["network needs exactly one --stack NAME"]);
    }
    const { resources } = await previewProgram(request, stackLog(io, request.stack));
    const matrix = connectivity(new Stack(resources));
    const drawn = {
        table: () => tableOf(matrix),
        mermaid: () => mermaidOf(matrix),
        svg: () => svgOf(matrix, `Connectivity of the stack ${request.stack}`),
        json: () => jsonOf(matrix),
    }[format]();
    const out = options.text("out");
    if (out === undefined) {
        io.out(drawn);
    } else {
        writeOut(out, drawn);
        io.log(`stack ${request.stack}: ${matrix.connections.length} connections written to ${out}`);
    }
    return EXIT.clean;
}
