// Writes docs/spiffe-recipes.md from the recipes that the tests run: npm run recipes:doc
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { recipesPage } from "../spiffe/test/recipes/page";

writeFileSync(join(__dirname, "..", "docs", "spiffe-recipes.md"), recipesPage());
