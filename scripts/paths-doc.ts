import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withTable } from "../policies/paths/document";

/** Writes the table of edges into docs/attack-paths.md. */
const file = join(__dirname, "..", "docs", "attack-paths.md");
writeFileSync(file, withTable(readFileSync(file, "utf8")));
