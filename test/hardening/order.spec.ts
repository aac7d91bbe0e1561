import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import fc from "fast-check";

import { evaluate } from "../../hardening/evaluate";
import { controls } from "../../policies/controls";
import { selectControls } from "../../policies/engine/profiles";
import { manifestsOf } from "../support/cases";
import { TODAY } from "../support/cli";
import { allTables } from "../support/control-suite";
import type { Manifest } from "../support/controls";
import { resourceOf } from "../support/controls";

const SPECS = join(__dirname, "../policies/controls/**/*.spec.ts");
const options = { selected: selectControls(controls, "all"), waivers: [], now: TODAY };

/** Objects of every cluster and others that nothing else refers to. */
const UNRELATED: readonly Manifest[] = [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kube-root-ca.crt", namespace: "default" } },
    { apiVersion: "v1", kind: "Service", metadata: { name: "kubernetes", namespace: "default" }, spec: { ports: [] } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "notes", namespace: "elsewhere" }, data: { a: "b" } },
    { apiVersion: "example.test/v1", kind: "Widget", metadata: { name: "cog", namespace: "elsewhere" }, spec: {} },
];

/** What a person reads of each finding, sorted; where an object stands is no part of it. */
function findingsOf(files: readonly (readonly Manifest[])[]): readonly string[] {
    const resources = files.flatMap((manifests, file) =>
        manifests.map((manifest, document) => resourceOf(manifest, { source: `${file}.yaml`, document })),
    );
    const { findings, failures } = evaluate([resources], options);
    assert.deepEqual(failures, []);
    return findings
        .map(({ control, kind, namespace, name, status, path, message }) =>
            [control, kind, namespace, name, status, path, message].join(" | "),
        )
        .sort();
}

describe("what is found in a stack", function () {
    this.timeout(120_000);

    /** The manifests of every case that a control's table refuses. */
    function refusedStacks(): readonly (readonly Manifest[])[] {
        const load = createRequire(__filename);
        return allTables(() => globSync(SPECS).forEach((file) => void load(file))).flatMap(({ table }) =>
            Object.values(table.refused).map((one) => manifestsOf(one, table.good ?? {})),
        );
    }

    it("does not depend on the order of objects, on their files, nor on objects that have nothing to do with them", () => {
        const stacks = refusedStacks();
        assert.ok(stacks.length > 500, `only ${stacks.length} cases`);
        const some = fc.array(fc.constantFrom(...stacks), { minLength: 1, maxLength: 6 });
        fc.assert(
            fc.property(
                some.chain((chosen) => {
                    const objects: Manifest[] = chosen.flat();
                    return fc.tuple(
                        fc.constant<readonly Manifest[]>(objects),
                        fc.shuffledSubarray<Manifest>(objects, { minLength: objects.length }),
                        fc.nat({ max: objects.length }),
                    );
                }),
                ([objects, shuffled, cut]) => {
                    const expected = findingsOf([objects]);
                    assert.deepEqual(findingsOf([shuffled.slice(0, cut), shuffled.slice(cut)]), expected);
                    const unrelated = new Set(findingsOf([UNRELATED]));
                    const crowded = findingsOf([UNRELATED, shuffled]).filter((finding) => !unrelated.has(finding));
                    assert.deepEqual(
                        crowded,
                        expected.filter((finding) => !unrelated.has(finding)),
                    );
                },
            ),
            { numRuns: Number(process.env["FUZZ_RUNS"] ?? 25), seed: Number(process.env["FUZZ_SEED"] ?? 1) },
        );
    });
});
