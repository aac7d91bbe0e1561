// Writes policies/exceptions.json, which the pack and the tool read, from what the areas state: npm run exceptions:data
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { exceptionsData } from "../components/exceptions";

writeFileSync(join(__dirname, "..", "policies", "exceptions.json"), exceptionsData());
