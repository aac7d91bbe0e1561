import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { stringify } from "yaml";

import { evaluate } from "../../../hardening/evaluate";
import { mend } from "../../../hardening/fix/fix";
import { parseManifest } from "../../../hardening/sources/manifests";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { TODAY } from "../../support/cli";
import { CASES } from "../../support/remedies";

/** Every control, those too that only repeat others and so are in no profile. */
const ALL = selectControls(
    controls,
    "all",
    Object.fromEntries(controls.flatMap(({ name, repeats = [] }) => (repeats.length > 0 ? [[name, "advisory"]] : []))),
);

/** What the whole pack says of a text: one line for each finding, without the value that it names. */
function verdicts(text: string): ReadonlySet<string> {
    const { resources, failures } = parseManifest("a.yaml", Buffer.from(text));
    assert.deepEqual(failures, []);
    const evaluation = evaluate([resources], { selected: ALL, waivers: [], now: TODAY });
    assert.deepEqual(evaluation.failures, []);
    return new Set(evaluation.findings.map(({ control, path }) => `${control} ${path}`));
}

/** The text with the remedies of one control written into it. */
function mended(control: string, text: string, also: readonly string[]): string {
    const selected = ALL.filter((choice) => choice.control.name === control);
    assert.equal(selected.length, 1, `${control} is no control`);
    const options = { selected, waivers: [], now: TODAY, also: new Set(also) };
    const { files } = mend([{ source: "a.yaml", text }], options);
    assert.deepEqual(files[0]?.refused, []);
    return files[0].after;
}

/** Controls whose file works out a remedy, or takes one from a neighbour. */
function controlsWithRemedy(): readonly string[] {
    const folder = join(__dirname, "../../../policies/controls");
    const remedy = /\b(?:setField|removeField|removeItems|procMountFaults|unconfinedFaults)\(/;
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter(
            (file) =>
                file.endsWith(".ts") &&
                basename(file) !== "remedies.ts" &&
                remedy.test(readFileSync(join(folder, file), "utf8")),
        )
        .map((file) => basename(file, ".ts"))
        .sort();
}

describe("the remedies of the controls", () => {
    it("are all tried here", () => {
        assert.deepEqual([...new Set(CASES.map(({ control }) => control))].sort(), controlsWithRemedy());
    });

    for (const { control, what, safe, manifests } of CASES) {
        it(`${control}: ${safe ? "puts right" : "puts right only by name"} ${what}, and breaks no other rule`, () => {
            const styles = {
                block: manifests.map((manifest) => stringify(manifest)).join("---\n"),
                flow: manifests.map((manifest) => stringify(manifest, { collectionStyle: "flow" })).join("---\n"),
                JSON: JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }, undefined, 2),
            };
            for (const [style, text] of Object.entries(styles)) {
                const before = verdicts(text);
                const broken = [...before].filter((line) => line.startsWith(`${control} `));
                assert.ok(broken.length > 0, `${style}: the case is not bad`);
                assert.equal(mended(control, text, []) !== text, safe, `${style}: applied without being asked for`);
                const after = verdicts(mended(control, text, [control]));
                assert.deepEqual(
                    [...after].filter((line) => line.startsWith(`${control} `)),
                    [],
                    `${style}: still found`,
                );
                const fresh = [...after].filter((line) => !before.has(line));
                assert.deepEqual(fresh, [], `${style}: breaks what was well`);
            }
        });
    }
});
