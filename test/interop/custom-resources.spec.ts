import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import fc from "fast-check";

import { definitionFaults } from "../../policies/kubernetes/crd.js";
import { kubeObjects } from "../../policies/kubernetes/kube.js";
import { resourceOf } from "../support/controls.js";
import { tally } from "../support/tally.mjs";
import { customResourceCase } from "./custom-resource-cases.js";
import { askGoProgram, buildGoProgram, goIsThere } from "./go-program.js";

const CASES = Number(process.env["CUSTOM_RESOURCES"] ?? 1_000);
const SEED = Number(process.env["CUSTOM_RESOURCES_SEED"] ?? Date.now() % 2 ** 31);
const available = goIsThere();

/** What apiextensions-apiserver's own validation says of an object. */
interface Answer {
    readonly broken?: string;
    readonly dropped: readonly string[] | null;
    readonly errors: readonly string[];
}

describe(`Custom resources by their definition (${CASES} cases, CUSTOM_RESOURCES_SEED=${SEED})${available ? "" : " (skipped: go is not on the PATH)"}`, function () {
    this.timeout(3_600_000);

    it("are judged as apiextensions-apiserver validates them", async function () {
        if (!available) {
            this.skip();
        }
        const cases = fc.sample(customResourceCase, { numRuns: CASES, seed: SEED });
        const answers = askGoProgram(await buildGoProgram("custom-resources"), cases) as readonly Answer[];
        const wrong: string[] = [];
        const counts = { judged: 0, refused: 0, dropped: 0, notJudged: 0 };
        for (const [index, { schema, object }] of cases.entries()) {
            const { broken, dropped, errors } = answers[index] ?? { broken: "no answer", dropped: null, errors: [] };
            if (broken !== undefined || errors.some((error) => error.includes("compil"))) {
                // No API server would take such a definition.
                continue;
            }
            const [found] = kubeObjects(resourceOf(object as Readonly<Record<string, unknown>>));
            assert.ok(found !== undefined);
            const served = { name: "v1", schema: schema as Readonly<Record<string, unknown>>, ownsStatus: false };
            const { faults, notJudged } = definitionFaults(served, found);
            const isDropped = ({ problem }: { readonly problem: string }) => problem.startsWith("is no field");
            const ours = {
                dropped: faults.flatMap((fault) => (isDropped(fault) ? [fault.path] : [])).sort(),
                isRefused: faults.some((fault) => !isDropped(fault)),
            };
            const theirs = { dropped: [...(dropped ?? [])].sort(), isRefused: errors.length > 0 };
            counts.judged++;
            counts.refused += theirs.isRefused ? 1 : 0;
            counts.dropped += theirs.dropped.length > 0 ? 1 : 0;
            if (notJudged.length > 0 && !ours.isRefused) {
                counts.notJudged++;
            } else if (!isDeepStrictEqual(ours, theirs)) {
                const said = JSON.stringify({ faults, errors, dropped });
                wrong.push(`case ${index}: ${JSON.stringify({ schema, object })}\n${said}`);
            }
        }
        tally("apiextensions-apiserver, random custom resources", counts.judged, wrong.length);
        assert.deepEqual(wrong.slice(0, 5), []);
        // Cases of one kind alone would prove nothing.
        assert.ok(counts.judged > CASES / 4, JSON.stringify(counts));
        assert.ok(counts.refused > counts.judged / 20 && counts.refused < counts.judged * 0.9, JSON.stringify(counts));
        assert.ok(counts.dropped > counts.judged / 50, JSON.stringify(counts));
        assert.ok(counts.notJudged < counts.judged / 10, JSON.stringify(counts));
    });
});
