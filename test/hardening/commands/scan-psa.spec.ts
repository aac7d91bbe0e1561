import { strict as assert } from "node:assert";
import { join } from "node:path";

import { cli } from "../../support/cli";
import { readCsv, suite } from "../../support/suites";

const { folder, missing } = suite("psa");

/** The sources that a scan finds a violation in. */
async function violated(level: string, version: string): Promise<ReadonlySet<string>> {
    const { code, out } = await cli([
        ...["scan", "--profile", level, "--pss-version", version, "--each-file", "-f", "json"],
        join(folder, level, version),
    ]);
    const { results, errors } = JSON.parse(out) as {
        readonly results: readonly { readonly source: string; readonly status: string }[];
        readonly errors: readonly unknown[];
    };
    assert.deepEqual(errors, []);
    assert.equal(code, 1);
    assert.ok(results.every(({ status }) => status === "violation"));
    return new Set(results.map(({ source }) => source));
}

describe(`hardening scan over the Pod Security suite${missing === undefined ? "" : ` (skipped: ${missing})`}`, function () {
    this.timeout(60_000);
    const rows = missing === undefined ? readCsv(join(folder, "manifest.csv")) : [];

    before(function () {
        if (missing !== undefined) {
            this.skip();
        }
    });

    it("finds the whole suite", () => {
        assert.equal(rows.length, 1406);
    });

    const runs = Map.groupBy(rows, ({ level = "", version = "" }) => `${level} ${version}`);
    for (const [run, cases] of runs) {
        it(`decides the ${cases.length} cases of ${run}`, async () => {
            const [level = "", version = ""] = run.split(" ");
            const found = await violated(level, version);
            const wrong = cases.filter(
                ({ file = "", expected }) => found.has(join(folder, file)) !== (expected === "fail"),
            );
            assert.deepEqual(
                wrong.map(({ file }) => file),
                [],
            );
        });
    }
});
