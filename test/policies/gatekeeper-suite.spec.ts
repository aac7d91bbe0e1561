import assert from "node:assert/strict";
import { join } from "node:path";

import type { ParamSchemas, Params } from "../../policies/engine/control";
import { defaultParams } from "../../policies/engine/control";
import { controls } from "../../policies/controls";
import { runControl } from "../../policies/engine/run";
import { stackOf } from "../support/controls";
import type { ConstraintParams } from "../support/gatekeeper-params";
import { GATEKEEPER_PARAMS } from "../support/gatekeeper-params";
import { tally } from "../support/tally.mjs";
import { readCsv, readManifests, suite } from "../support/suites";

const { folder, missing } = suite("gatekeeper");

type Row = Readonly<Record<string, string>>;

/** Says whether a control that answers for the row's slug finds something in the row's case. */
function isRefused(row: Row): boolean {
    const slug = row["control"] ?? "";
    const mapped = GATEKEEPER_PARAMS[row["check"] ?? ""];
    const constraint = JSON.parse(row["params"] || "{}") as ConstraintParams;
    const params = mapped?.(constraint, (row["kinds"] ?? "").split("|")) ?? {};
    const stack = stackOf(...readManifests(join(folder, row["file"] ?? "")));
    return (
        controls
            .filter(({ covers }) => covers.includes(slug))
            // Where a control takes the constraint's parameters, it answers for those that it repeats by default.
            .filter(({ name }, _, all) => !all.some(({ repeats = [] }) => repeats.includes(name)))
            .some((control) => {
                const settings = { ...defaultParams(control), ...params[control.name] } as Params<ParamSchemas>;
                return [...runControl(control, stack, settings)].some((outcome) => {
                    assert.equal(outcome.status, "violation");
                    return (outcome.fault.covers ?? control.covers).includes(slug);
                });
            })
    );
}

/** The rows that count, by slug; none where the suite is absent. */
function rowsBySlug(): ReadonlyMap<string, readonly Row[]> {
    const rows = missing === undefined ? readCsv(join(folder, "manifest.csv")) : [];
    const slugs = new Map<string, Row[]>();
    for (const row of rows.filter(({ use }) => use === "score")) {
        slugs.set(row["control"] ?? "", [...(slugs.get(row["control"] ?? "") ?? []), row]);
    }
    return slugs;
}

describe(`the Gatekeeper library's samples${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
    it("hold 213 cases that count", function () {
        if (missing !== undefined) {
            this.skip();
        }
        assert.equal([...rowsBySlug().values()].flat().length, 213);
    });

    for (const [slug, rows] of rowsBySlug()) {
        const answered = controls.some(({ covers }) => covers.includes(slug));
        it(`are decided as labelled for ${slug}${answered ? "" : " (skipped: no control answers for it)"}`, function () {
            if (!answered) {
                this.skip();
            }
            const mistakes = rows.filter((row) => isRefused(row) !== (row["expected"] === "fail"));
            tally("Gatekeeper library, samples", rows.length, mistakes.length);
            assert.deepEqual(
                mistakes.map(({ file, expected }) => `${file} should ${expected}`),
                [],
            );
        });
    }
});
