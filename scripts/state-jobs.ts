// States what the jobs of this commit's workflows came to, for `hardening report`: npm run evidence:jobs -- FOLDER
// Runs in a workflow of GitHub's, whose token (GH_TOKEN) needs the permission `actions: read`.
import { InputError } from "../policies/engine/input";
import { stateJobs } from "./workflow-jobs";

async function main(): Promise<void> {
    const [folder, ...others] = process.argv.slice(2);
    if (folder === undefined || others.length > 0) {
        throw new InputError(["usage: npm run evidence:jobs -- FOLDER"]);
    }
    const files = await stateJobs(process.cwd(), folder, process.env);
    process.stdout.write(`${files.length} written\n`);
}

main().catch((error: unknown) => {
    const faults =
        error instanceof InputError ? error.faults : [error instanceof Error ? error.message : String(error)];
    faults.forEach((fault) => process.stderr.write(`evidence:jobs: ${fault}\n`));
    process.exitCode = 1;
});
