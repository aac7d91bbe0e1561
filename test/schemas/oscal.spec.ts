import { strict as assert } from "node:assert";

import type { ValidateFunction } from "ajv";

import { cli } from "../support/cli";
import { assertDemands, fileOfMavenArtifact, hasProgram, validatorOf } from "./schemas";

const reason = hasProgram("mvn", "--version") ? "" : " (skipped: mvn is not on the PATH)";

/** NIST publishes the schemas with its Java library for OSCAL. */
const LIBRARY = "gov.nist.secauto.oscal:liboscal-java:3.0.3";
const SCHEMA = "schema/json/oscal-ar_schema.json";
const SHA256 = "1b599e03655981e4aae27ac6eeb3e7048975f2cfce70d7e5a00ab1ae99596e6a";

interface Finding {
    readonly target: { readonly status: { readonly state: string; readonly reason: string } };
}
interface Document {
    readonly "assessment-results": {
        readonly metadata: { readonly "oscal-version": string };
        readonly "import-ap": { readonly href: string };
        readonly "back-matter": { readonly resources: readonly { readonly uuid: string }[] };
        readonly results: readonly { readonly findings: readonly Finding[] }[];
    };
}

describe(`Assessment results by the schema of OSCAL 1.1.2${reason}`, function () {
    this.timeout(400_000);
    let validate: ValidateFunction;

    before(function () {
        if (reason !== "") {
            this.skip();
        }
        const schema = JSON.parse(fileOfMavenArtifact(this, LIBRARY, SCHEMA, SHA256)) as { readonly $id: string };
        assert.match(schema.$id, /oscal-ar-1\.1\.2-schema\.json$/);
        validate = validatorOf(schema, { unicodeRegExp: true });
    });

    for (const stack of ["staging", "production"]) {
        it(`are valid for stack ${stack}, and refused without what OSCAL demands`, async () => {
            const { out, log } = await cli(["report", "--stack", stack, "--format", "oscal"]);
            assert.ok(out !== "", log.join("\n"));
            const document = JSON.parse(out) as Document;
            const root = document["assessment-results"];
            assert.equal(root.metadata["oscal-version"], "1.1.2");
            assert.equal(root["import-ap"].href, `#${root["back-matter"].resources[0]?.uuid}`);
            const findings = root.results[0]?.findings ?? [];
            const states = new Set(findings.map(({ target }) => target.status.state));
            assert.deepEqual([...states].sort(), ["not-satisfied", "satisfied"]);
            const result = ["assessment-results", "results", 0];
            assertDemands(validate, document, [
                ["assessment-results"],
                ...["uuid", "metadata", "import-ap", "results"].map((name) => ["assessment-results", name]),
                ...["title", "last-modified", "version", "oscal-version"].map((name) => [
                    "assessment-results",
                    "metadata",
                    name,
                ]),
                ...["uuid", "title", "description", "start", "reviewed-controls"].map((name) => [...result, name]),
                ...["uuid", "description", "methods", "collected"].map((name) => [...result, "observations", 0, name]),
                ...["uuid", "title", "description", "target"].map((name) => [...result, "findings", 0, name]),
                ...["type", "target-id", "status"].map((name) => [...result, "findings", 0, "target", name]),
            ]);
            assert.equal(validate({ ...document, other: true }), false);
        });
    }
});
