import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";

const ROOMS = "{components,hardening,policies,probe,responder,scripts,security,spiffe,test,packages,bench,action}";

describe("the linter's rules", () => {
    it("are switched off with a reason only", () => {
        const exclude = ["**/node_modules/**", "**/dist/**", "**/gen/**"];
        const files = globSync(`${ROOMS}/**/*.{ts,mts,mjs,cjs}`, { exclude });
        assert.ok(files.length > 1000);
        const unexplained = files.flatMap((file) => {
            const comments = readFileSync(file, "utf8").matchAll(/\/[/*] eslint-disable.*/g);
            return [...comments]
                .filter(([comment]) => !/ -- \S/.test(comment))
                .map(([comment]) => `${file}: ${comment}`);
        });
        assert.deepEqual(unexplained, []);
    });
});
