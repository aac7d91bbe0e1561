// Writes what is known of the platforms into docs/platforms.md: npm run platforms:doc
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PLATFORMS } from "../policies/platforms";
import { withPlatforms } from "../policies/platforms/document";

const file = join(__dirname, "..", "docs", "platforms.md");
writeFileSync(file, withPlatforms(readFileSync(file, "utf8"), PLATFORMS));
