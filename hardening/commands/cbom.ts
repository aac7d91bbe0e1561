import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import { count } from "../formats/style";
import { cbom } from "../inventory/cbom";
import type { CryptoAsset } from "../inventory/crypto";
import { cryptoAssets } from "../inventory/crypto";
import { runStack } from "../preview/stacks";

interface Inventory {
    readonly stack: string;
    readonly assets: readonly CryptoAsset[];
}

const FORMATS = {
    cyclonedx:
        () =>
        ({ stack, assets }) =>
            jsonText(cbom(stack, assets)),
} as const satisfies FormatTable<Inventory>;

/** Writes the cryptographic inventory of a stack. */
export const command = defineCommand({
    stacks: "one",
    options: {},
    formats: FORMATS,
    notes: [
        "A CycloneDX 1.6 bill of materials of the cryptography that the stack's configuration implies: certificates and",
        "their key types, TLS floors, key agreement, classical or post-quantum, with dates to migrate by.",
    ],
    run: async ({ stacks: [request], output, io }) => {
        const { stack } = request;
        const { resources } = await runStack(request, io);
        const assets = cryptoAssets(resources);
        await output.write({ stack, assets });
        const quantum = assets.filter(({ nistQuantumSecurityLevel }) => nistQuantumSecurityLevel > 0).length;
        io.log(`stack ${stack}: ${count(assets.length, "asset")}, ${quantum} post-quantum`);
        return EXIT.clean;
    },
});
