// States what scans of images came to, for `hardening report`: npm run evidence:images -- FOLDER REPORT…
// Each report is what `trivy image --format json` wrote of an image in a registry.
import { InputError } from "../policies/engine/input";
import { stateScans } from "./image-scans";

try {
    const [folder, ...reports] = process.argv.slice(2);
    if (folder === undefined || reports.length === 0) {
        throw new InputError(["usage: npm run evidence:images -- FOLDER REPORT…"]);
    }
    process.stdout.write(`${stateScans(process.cwd(), folder, reports).length} written\n`);
} catch (error) {
    const faults =
        error instanceof InputError ? error.faults : [error instanceof Error ? error.message : String(error)];
    faults.forEach((fault) => process.stderr.write(`evidence:images: ${fault}\n`));
    process.exitCode = 1;
}
