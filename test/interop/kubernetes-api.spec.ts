import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { goIsThere } from "./go-program.js";

const ROOT = join(import.meta.dirname, "../..");
const available = goIsThere();

describe(`policies/kubernetes/api-kinds.json${available ? "" : " (skipped: go is not on the PATH)"}`, function () {
    this.timeout(3_600_000);

    it("is what its generator makes of the API's Go types (npm run kubernetes:api)", async function () {
        if (!available) {
            this.skip();
        }
        const { stdout } = await promisify(execFile)("go", ["run", "."], {
            cwd: join(ROOT, "scripts/kubernetes-api"),
            maxBuffer: 2 ** 26,
        });
        assert.equal(stdout, readFileSync(join(ROOT, "policies/kubernetes/api-kinds.json"), "utf8"));
    });
});
