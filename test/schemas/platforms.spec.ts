import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { goldenText } from "../support/platform-renders";

describe("Renders of a stack for each platform and engine", () => {
    it("differ from the generic one by what was reviewed: npm run platforms:golden", async function () {
        this.timeout(900_000);
        const file = join(process.cwd(), "test", "schemas", "platforms.golden.txt");
        assert.equal(await goldenText(), readFileSync(file, "utf8"));
    });
});
