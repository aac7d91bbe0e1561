// Writes what the tool prints into docs/outputs.md: npm run outputs:doc
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { argoCd, OUTPUTS, withOutput } from "./outputs";

async function write(): Promise<void> {
    const file = join(__dirname, "..", "docs", "outputs.md");
    let document = readFileSync(file, "utf8");
    for (const [name, run] of Object.entries(OUTPUTS)) {
        document = withOutput(document, name, await run());
    }
    writeFileSync(file, withOutput(document, "argo-cd", await argoCd()));
}

void write();
