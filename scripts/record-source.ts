// Writes which commit and files a checkout holds beside them, for an image without Git: npm run evidence:source
import { writeFileSync } from "node:fs";

import { SOURCE_FILE, sourceOf } from "../hardening/evidence/source";

const source = sourceOf(process.cwd());
if ("reason" in source) {
    process.stderr.write(`evidence:source: ${source.reason}\n`);
    process.exitCode = 1;
} else {
    writeFileSync(SOURCE_FILE, `${JSON.stringify(source)}\n`);
}
