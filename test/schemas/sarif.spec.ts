import { strict as assert } from "node:assert";

import type { ValidateFunction } from "ajv";
import type { Log } from "sarif";

import { assertDemands, assertValid, fileOfGoModule, hasProgram, validatorOf } from "./schemas";
import { scansAs } from "./scans";

const reason = hasProgram("go", "version") ? "" : " (skipped: go is not on the PATH)";

/** The schema as the module holds it: a text in Go between backquotes. */
function schemaOf(source: string): object {
    const text = /`([^`]+)`/.exec(source)?.[1] ?? "";
    const { $schema, id, ...schema } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    assert.equal($schema, "http://json-schema.org/draft-04/schema#");
    assert.match(String(id), /\/sarif-schema-2\.1\.0\.json$/);
    // Draft 4 calls the identifier `id`. The rest of what this schema uses of draft 4 means the same in draft 7.
    return { ...schema, $id: id };
}

describe(`SARIF by the schema of SARIF 2.1.0, errata 01${reason}`, function () {
    this.timeout(400_000);
    let validate: ValidateFunction;
    let scans: Readonly<Record<"findings" | "clean" | "errors", Log>>;

    before(async function () {
        if (reason !== "") {
            this.skip();
        }
        const source = fileOfGoModule(this, "github.com/owenrumney/go-sarif/v3", "pkg/report/v210/sarif/schema.go");
        // The schema's pattern for languages is no regular expression under the flag u.
        validate = validatorOf(schemaOf(source), { unicodeRegExp: false });
        const { findings, clean, errors } = await scansAs("sarif");
        scans = {
            findings: JSON.parse(findings) as Log,
            clean: JSON.parse(clean) as Log,
            errors: JSON.parse(errors) as Log,
        };
    });

    it("is valid with findings, open and waived", () => {
        assertValid(validate, scans.findings);
        const results = scans.findings.runs[0]?.results ?? [];
        assert.ok(results.some(({ suppressions }) => suppressions === undefined));
        assert.ok(results.some(({ suppressions }) => suppressions?.length === 1));
    });

    it("is valid without a finding", () => {
        assertValid(validate, scans.clean);
        assert.deepEqual(scans.clean.runs[0]?.results, []);
    });

    it("is valid with what could not be read", () => {
        assertValid(validate, scans.errors);
        assert.equal(scans.errors.runs[0]?.invocations?.[0]?.toolExecutionNotifications?.length, 1);
    });

    it("is refused without what SARIF demands, and with what it does not know", () => {
        assertDemands(validate, scans.errors, [
            ["version"],
            ["runs"],
            ["runs", 0, "tool"],
            ["runs", 0, "tool", "driver"],
            ["runs", 0, "tool", "driver", "name"],
            ["runs", 0, "tool", "driver", "rules", 0, "id"],
            ["runs", 0, "results", 0, "message"],
            ["runs", 0, "invocations", 0, "executionSuccessful"],
            ["runs", 0, "invocations", 0, "toolExecutionNotifications", 0, "message"],
        ]);
        assertDemands(validate, scans.findings, [
            ...(scans.findings.runs[0]?.results ?? []).flatMap(({ suppressions }, index) =>
                suppressions === undefined ? [] : [["runs", 0, "results", index, "suppressions", 0, "kind"]],
            ),
        ]);
        assert.equal(validate({ ...scans.clean, other: true }), false);
    });
});
