// Writes policies/CONTROLS.md from the registry: npm run controls:doc
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { controls } from "../policies/controls";
import { controlsDocument, parseOutOfScope } from "../policies/engine/document";

const folder = join(__dirname, "..", "policies");
const outOfScope = parseOutOfScope(readFileSync(join(folder, "OUT_OF_SCOPE.md"), "utf8"));
writeFileSync(join(folder, "CONTROLS.md"), controlsDocument(controls, outOfScope));
