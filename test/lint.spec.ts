import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";

/** Comments that switch rules off, or set them otherwise than eslint.config.mjs, each up to the end of its line. */
const DIRECTIVES = /\/[/*]\s*eslint-disable.*|\/\*\s*eslint\s.*/g;

describe("the linter's rules", () => {
    it("are switched off with a reason only", () => {
        const files = globSync("**/*.{ts,mts,cts,js,mjs,cjs}", {
            exclude: ["**/node_modules", "**/dist", "**/gen", ".cache", "coverage"],
        });
        assert.ok(files.length > 1000 && files.includes("index.ts"));
        const unexplained = files.flatMap((file) =>
            [...readFileSync(file, "utf8").matchAll(DIRECTIVES)]
                .filter(([comment]) => !/ -- \S/.test(comment))
                .map(([comment]) => `${file}: ${comment}`),
        );
        assert.deepEqual(unexplained, []);
    });
});
