// Opens, updates or closes the issue on rows of the checklist that have fallen: npm run evidence:issue -- REPORT.json
// Runs in a workflow of GitHub's, whose token (GH_TOKEN) needs the permission `issues: write`.
import { readFileSync } from "node:fs";

import { InputError, jsonContent } from "../policies/engine/input";
import { tellOfDrop } from "./compliance-issue";

async function main(): Promise<void> {
    const [file, ...others] = process.argv.slice(2);
    if (file === undefined || others.length > 0) {
        throw new InputError(["usage: npm run evidence:issue -- REPORT.json"]);
    }
    const done = await tellOfDrop(jsonContent(readFileSync(file, "utf8"), file), file, process.env);
    process.stdout.write(`issue: ${done}\n`);
}

main().catch((error: unknown) => {
    const faults =
        error instanceof InputError ? error.faults : [error instanceof Error ? error.message : String(error)];
    faults.forEach((fault) => process.stderr.write(`evidence:issue: ${fault}\n`));
    process.exitCode = 1;
});
