// Signs the statements of a folder, for `hardening report --trust`: npm run evidence:sign -- FOLDER [--key FILE]
// Without a key it signs as the workflow that it runs in, which needs the permission `id-token: write`.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { byKey, byWorkflow, signFolder } from "./evidence-signing";

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({ options: { key: { type: "string" } }, allowPositionals: true });
    const [folder] = positionals;
    if (folder === undefined || positionals.length > 1) {
        throw new Error("usage: npm run evidence:sign -- FOLDER [--key FILE]");
    }
    const signing = values.key === undefined ? byWorkflow() : byKey(readFileSync(values.key, "utf8"));
    const signed = await signFolder(folder, signing);
    process.stdout.write(`${signed.length} signed\n`);
}

main().catch((error: unknown) => {
    process.stderr.write(`evidence:sign: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
