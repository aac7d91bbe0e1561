import { strict as assert } from "node:assert";

import type { ValidateFunction } from "ajv";
import { load } from "js-yaml";

import { assertDemands, assertValid, fileOfGoModule, hasProgram, validatorOf } from "./schemas";
import { scansAs } from "./scans";

const reason = hasProgram("go", "version") ? "" : " (skipped: go is not on the PATH)";

type Schema = Readonly<Record<string, unknown>>;

interface Definition {
    readonly spec: {
        readonly names: { readonly kind: string };
        readonly versions: readonly {
            readonly name: string;
            readonly schema: { readonly openAPIV3Schema: Schema };
        }[];
    };
}

interface Report {
    readonly kind: string;
    readonly summary: Readonly<Record<string, number>>;
    readonly results: readonly Schema[];
}

/**
 * A structural schema as a server holds objects to it under strict field validation: an object whose fields are named
 * takes no others. `metadata` is the server's own business.
 */
function strict(schema: Schema): Schema {
    const { properties, items } = schema as { properties?: Readonly<Record<string, Schema>>; items?: Schema };
    const fields = Object.entries(properties ?? {}).map(([name, field]) => [name, strict(field)]);
    return {
        ...schema,
        ...(properties !== undefined && { properties: Object.fromEntries(fields), additionalProperties: false }),
        ...(items !== undefined && { items: strict(items) }),
    };
}

describe(`PolicyReports by their CustomResourceDefinitions, wgpolicyk8s.io/v1alpha2${reason}`, function () {
    this.timeout(400_000);
    const validators = new Map<string, ValidateFunction>();
    let scans: Readonly<Record<"findings" | "clean" | "errors", readonly Report[]>>;

    before(async function () {
        if (reason !== "") {
            this.skip();
        }
        for (const plural of ["policyreports", "clusterpolicyreports"]) {
            const file = `config/crds/policyreport/wgpolicyk8s.io_${plural}.yaml`;
            const { spec } = load(fileOfGoModule(this, "github.com/kyverno/kyverno", file)) as Definition;
            const version = spec.versions.find(({ name }) => name === "v1alpha2");
            assert.ok(version);
            const validate = validatorOf(strict(version.schema.openAPIV3Schema), { unicodeRegExp: true });
            validators.set(spec.names.kind, validate);
        }
        const { findings, clean, errors } = await scansAs("policy-report");
        const reports = (text: string) => (load(text) as { items: readonly Report[] }).items;
        scans = { findings: reports(findings), clean: reports(clean), errors: reports(errors) };
    });

    function validatorFor({ kind }: Report): ValidateFunction {
        const validate = validators.get(kind);
        assert.ok(validate, kind);
        return validate;
    }

    it("are valid with findings, failed and waived, of a namespace and of the cluster", () => {
        assert.deepEqual(
            scans.findings.map(({ kind }) => kind),
            ["ClusterPolicyReport", "PolicyReport"],
        );
        for (const report of scans.findings) {
            assertValid(validatorFor(report), report);
            assert.ok((report.summary["fail"] ?? 0) > 0);
        }
        assert.equal(scans.findings[1]?.summary["skip"], 1);
    });

    it("are valid without a finding", () => {
        assert.equal(scans.clean.length, 1);
        for (const report of scans.clean) {
            assertValid(validatorFor(report), report);
            assert.deepEqual(report.results, []);
        }
    });

    it("are valid with what could not be read", () => {
        const [cluster] = scans.errors;
        assert.ok(cluster);
        assertValid(validatorFor(cluster), cluster);
        assert.equal(cluster.summary["error"], 1);
    });

    it("are refused without what the definition demands, with fields it does not know and with other results", () => {
        for (const report of scans.findings) {
            const validate = validatorFor(report);
            assertDemands(validate, report, [
                ["results", 0, "policy"],
                ["results", 0, "timestamp", "nanos"],
                ["results", 0, "timestamp", "seconds"],
            ]);
            assert.equal(validate({ ...report, other: true }), false);
            const [result] = report.results;
            assert.equal(validate({ ...report, results: [{ ...result, other: true }] }), false);
            assert.equal(validate({ ...report, results: [{ ...result, result: "passed" }] }), false);
            assert.equal(validate({ ...report, results: [{ ...result, severity: "severe" }] }), false);
        }
    });
});
