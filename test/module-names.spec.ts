import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";

describe("what the engine loads", () => {
    it("has no data beside a module of the same name", () => {
        // The engine compiles with ts-node, whose ending comes after those of Node.js: `./api` is api.json there where both are.
        const data = globSync("{components,policies}/**/*.{js,json,node}", { exclude: ["**/node_modules/**"] });
        assert.ok(data.length > 5);
        assert.deepEqual(
            data.filter((file) => [".ts", "/index.ts"].some((ending) => existsSync(file.replace(/\.\w+$/, ending)))),
            [],
        );
    });
});
