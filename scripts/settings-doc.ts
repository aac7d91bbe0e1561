// Writes the descriptions of the settings in Pulumi.yaml from the areas' schemas: npm run settings:doc
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describeSettings } from "../components/describe";

const file = join(__dirname, "..", "Pulumi.yaml");
writeFileSync(file, describeSettings(readFileSync(file, "utf8")));
