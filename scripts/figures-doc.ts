// Writes the figures in README.md from what is there: npm run figures:doc
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withFigures } from "./figures";

const file = join(__dirname, "..", "README.md");
writeFileSync(file, withFigures(readFileSync(file, "utf8")));
