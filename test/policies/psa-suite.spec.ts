import assert from "node:assert/strict";
import { join } from "node:path";

import { controls } from "../../policies/controls";
import type { ProfileName } from "../../policies/engine/profiles";
import { selectControls } from "../../policies/engine/profiles";
import { runControl } from "../../policies/engine/run";
import type { Manifest } from "../support/controls";
import { stackOf } from "../support/controls";
import { readCsv, readManifests, suite } from "../support/suites";
import { tally } from "../support/tally.mjs";
import { CONTROLLERS, wrapPod } from "../support/wrap";

const { folder, missing } = suite("psa");

/** What a violation answers for: every slug of the fault, or only the one its control is named for. */
type Reading = "every slug" | "own slug";

/** The slugs that fire on a manifest under a profile, at one version of the standards. */
function slugsOf(
    manifests: readonly Manifest[],
    level: ProfileName,
    pssVersion: string,
    reading: Reading = "every slug",
): ReadonlySet<string> {
    const versioned = controls.filter(({ params }) => params?.["pssVersion"] !== undefined);
    const config = Object.fromEntries(versioned.map(({ name }) => [name, { pssVersion }]));
    // The configuration selects what it names, so the profile is applied first.
    const held = new Set(selectControls(controls, level).map(({ control }) => control));
    const slugs = new Set<string>();
    for (const { control, params } of selectControls(controls, level, config)) {
        for (const outcome of held.has(control) ? runControl(control, stackOf(...manifests), params) : []) {
            assert.equal(outcome.status, "violation");
            const covered = outcome.fault.covers ?? control.covers;
            // A restricted control comes first in its own list; after it, the baseline slug it also answers for.
            for (const slug of reading === "every slug" ? covered : control.covers.slice(0, 1)) {
                slugs.add(slug);
            }
        }
    }
    return slugs;
}

/** What is wrong with the verdict on one row; undefined where nothing is. */
function mistake(row: Readonly<Record<string, string>>, slugs: ReadonlySet<string>): string | undefined {
    const { file = "", expected, control = "" } = row;
    const fired = [...slugs].sort().join(" ");
    if (expected === "pass") {
        return slugs.size === 0 ? undefined : `${file}: should pass, but ${fired} fired`;
    }
    return slugs.has(control) ? undefined : `${file}: ${control} should fire, but only [${fired}] did`;
}

describe(`the Pod Security admission suite${missing === undefined ? "" : ` (skipped: ${missing})`}`, function () {
    this.timeout(120_000);

    before(function () {
        if (missing !== undefined) {
            this.skip();
        }
    });

    it("is decided as its manifest says, every case at its own level and version", () => {
        const rows = readCsv(join(folder, "manifest.csv"));
        assert.equal(rows.length, 1406);
        const mistakes = rows.flatMap((row) => {
            const manifests = readManifests(join(folder, row["file"] ?? ""));
            return mistake(row, slugsOf(manifests, row["level"] as ProfileName, row["version"] ?? "")) ?? [];
        });
        tally("Pod Security admission, cases of each version", rows.length, mistakes.length);
        assert.deepEqual(mistakes, []);
    });

    it("fires exactly the controls that the oracle lists for v1.37", () => {
        const rows = readCsv(join(folder, "oracle-v1.37.csv"));
        assert.equal(rows.length, 148);
        const mistakes = rows.flatMap(({ file = "", level, controls_violated = "" }) => {
            const slugs = slugsOf(readManifests(join(folder, file)), level as ProfileName, "v1.37", "own slug");
            const fired = [...slugs].sort().join(" ");
            const wanted = controls_violated.split(" ").filter(Boolean).sort().join(" ");
            return fired === wanted ? [] : [`${file}: [${wanted}] should fire, but [${fired}] did`];
        });
        tally("Pod Security admission, each check of v1.37", rows.length, mistakes.length);
        assert.deepEqual(mistakes, []);
    });

    for (const kind of CONTROLLERS) {
        it(`gives each v1.37 pod the same verdict inside a ${kind}`, () => {
            const rows = readCsv(join(folder, "manifest.csv")).filter(({ version }) => version === "v1.37");
            assert.equal(rows.length, 148);
            for (const { file = "", level } of rows) {
                const pods = readManifests(join(folder, file));
                const wrapped = pods.map((pod) => wrapPod(pod, kind));
                assert.deepEqual(
                    [...slugsOf(wrapped, level as ProfileName, "v1.37")].sort(),
                    [...slugsOf(pods, level as ProfileName, "v1.37")].sort(),
                    file,
                );
            }
        });
    }
});
