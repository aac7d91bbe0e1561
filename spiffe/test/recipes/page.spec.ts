import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { CHAPTERS, MAX_RECIPE_LINES, recipeCode, recipesPage } from "./page.js";

const recipes = CHAPTERS.flatMap((chapter) => chapter.recipes);
const root = dirname(dirname(dirname(import.meta.dirname)));

describe("The page of recipes", () => {
    it("is written from the files that the tests run: npm run recipes:doc", () => {
        assert.equal(readFileSync(join(root, "docs", "spiffe-recipes.md"), "utf8"), recipesPage());
    });

    it("has every recipe, each short enough to be read at a glance", () => {
        const files = readdirSync(join(import.meta.dirname, "code")).map((name) => name.replace(/\.ts$/, ""));
        assert.deepEqual(recipes.map(({ file }) => file).sort(), files.sort());
        for (const recipe of recipes) {
            const lines = recipeCode(recipe).split("\n").length;
            assert.ok(lines <= MAX_RECIPE_LINES, `${recipe.file} has ${lines} lines`);
        }
    });

    it("has a test for each of its recipes", () => {
        const specs = readdirSync(import.meta.dirname)
            .filter((name) => name.endsWith(".spec.ts"))
            .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
            .join("");
        assert.deepEqual(
            recipes.filter(({ file }) => !specs.includes(`from "./code/${file}.js"`)).map(({ file }) => file),
            [],
        );
    });
});
