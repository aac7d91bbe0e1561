import { EXIT } from "../findings";
import { cbom } from "../inventory/cbom";
import { cryptoAssets } from "../inventory/crypto";
import type { Io } from "../io";
import { UsageError } from "../io";
import type { Arguments } from "../options";
import { requestedStacks, STACK_OPTIONS, stackLog } from "../preview/stacks";
import { count } from "../formats/style";
import { previewProgram } from "../sources/program";
import type { Command } from "./command";
import { writeOut } from "./out";

/** Writes the cryptographic inventory of a stack. */
export const command: Command = {
    operands: "",
    options: {
        ...STACK_OPTIONS,
        out: { type: "string", short: "o", value: "FILE", description: "write to a file instead of standard output" },
    },
    notes: [
        "A CycloneDX 1.6 bill of materials of the cryptography that the stack's configuration implies: certificates and",
        "their key types, TLS floors, key agreement, classical or post-quantum, with dates to migrate by.",
    ],
    run: inventory,
};

async function inventory({ options }: Arguments, io: Io) {
    const requests = requestedStacks(options);
    const [request] = requests;
    if (request === undefined || requests.length > 1) {
        throw new UsageError(["cbom needs exactly one --stack NAME"]);
    }
    const { resources } = await previewProgram(request, stackLog(io, request.stack));
    const assets = cryptoAssets(resources);
    const text = `${JSON.stringify(cbom(request.stack, assets), null, 2)}\n`;
    const out = options.text("out");
    if (out === undefined) {
        io.out(text);
    } else {
        writeOut(out, text);
    }
    const quantum = assets.filter(({ nistQuantumSecurityLevel }) => nistQuantumSecurityLevel > 0).length;
    io.log(`stack ${request.stack}: ${count(assets.length, "asset")}, ${quantum} post-quantum`);
    return EXIT.clean;
}
