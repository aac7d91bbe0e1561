import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { apiReport, reportFile, TYPED_PACKAGES } from "../../scripts/api-reports";
import { pack, scratch } from "./support";

describe("The public surface of the packages", function () {
    this.timeout(900_000);
    const folder = scratch();

    for (const name of TYPED_PACKAGES) {
        it(`is what packages/${name}/api.md says; a wanted change is written there by: npm run api:doc`, async () => {
            const { files } = await pack(name, folder);
            assert.equal(apiReport(name), readFileSync(reportFile(name), "utf8"));
            assert.ok(!files.includes("api.md"));
        });
    }

    it("shows what settings may be, not only how their types are called, and nothing private", () => {
        const report = readFileSync(reportFile("foundation"), "utf8");
        assert.match(report, /^class GuardedNamespace extends /m);
        assert.match(report, /trustDomain/);
        assert.doesNotMatch(report, /^ +private /m);
    });
});
