// Gives new controls an id and writes policies/CONTROLS.md and docs/controls.md from the registry: npm run controls:doc
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { controls } from "../policies/controls";
import { controlsDocument, parseOutOfScope } from "../policies/engine/document";
import { IDS } from "../policies/engine/ids";
import { idsModule, withIds } from "../policies/engine/numbering";
import { controlsReference } from "../policies/engine/reference";
import { writtenExamples } from "./examples";

const folder = join(__dirname, "..", "policies");
const ids = withIds(IDS, controls);
writeFileSync(join(folder, "engine", "ids.ts"), idsModule(ids));
const outOfScope = parseOutOfScope(readFileSync(join(folder, "OUT_OF_SCOPE.md"), "utf8"));
writeFileSync(join(folder, "CONTROLS.md"), controlsDocument(controls, outOfScope, ids));
writeFileSync(join(folder, "..", "docs", "controls.md"), controlsReference(controls, writtenExamples(), ids));
