import { strict as assert } from "node:assert";
import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { evaluate } from "../../hardening/evaluate";
import { readBodies } from "../../hardening/sources/manifests";
import { parseDocuments } from "../../hardening/sources/yaml";
import { controls } from "../../policies/controls";
import type { Control } from "../../policies/engine/control";
import { defaultParams } from "../../policies/engine/control";
import { parseExamples } from "../../policies/engine/examples";
import { selectControls } from "../../policies/engine/profiles";
import { examplesByArea } from "../../scripts/examples";

const FOLDER = join(__dirname, "../../policies/controls");
const NOW = new Date("2026-03-01T12:00:00Z");

/** The controls that stop a release of who chose no profile. */
const HELD = selectControls(controls, "restricted", {}, "config")
    .filter(({ enforcement, inPart = enforcement }) => inPart === "mandatory")
    .map(({ control }) => control);

/** What some controls, each on its own terms, find in a text of YAML. */
function findingsOf(text: string, selection: readonly Control[]) {
    const read = readBodies("example.yaml", parseDocuments(text));
    assert.deepEqual(read.failures, []);
    const came = evaluate([read.resources], {
        selected: selection.map((control) => ({ control, enforcement: "mandatory", params: defaultParams(control) })),
        waivers: [],
        now: NOW,
    });
    assert.deepEqual(came.failures, []);
    return came.findings;
}

describe("the examples of controls", () => {
    const areas = examplesByArea();

    it("are there for every control, in the folder that it stands in", () => {
        const places = new Map(
            globSync("*/*.ts", { cwd: FOLDER }).map((file) => [basename(file, ".ts"), dirname(file)]),
        );
        assert.deepEqual(
            [...areas].flatMap(([area, examples]) => [...examples.keys()].map((name) => `${area}/${name}`)).sort(),
            controls.map(({ name }) => `${places.get(name) ?? ""}/${name}`).sort(),
        );
    });

    for (const [area, examples] of areas) {
        describe(area, () => {
            for (const [name, { refused, allowed }] of examples) {
                const control = controls.find((one) => one.name === name);

                it(`${name}: refuses the one, once for each object at fault, and allows the other`, () => {
                    assert.ok(control !== undefined);
                    const found = findingsOf(refused, [control]);
                    assert.ok(found.length > 0);
                    const objects = found.map((finding) => `${finding.kind} ${finding.namespace}/${finding.name}`);
                    assert.deepEqual([...new Set(objects)], objects);
                    assert.ok(found.every((finding) => finding.control === name));
                    assert.deepEqual(findingsOf(allowed, [control]), []);
                });

                it(`${name}: what it allows breaks nothing else that a release has to hold to`, () => {
                    const before = new Set(findingsOf(refused, HELD).map((finding) => finding.control));
                    const after = findingsOf(allowed, HELD).map((finding) => finding.control);
                    assert.deepEqual(
                        [...new Set(after)].filter((other) => !before.has(other)),
                        [],
                    );
                });
            }
        });
    }
});

describe("parseExamples", () => {
    const section = (diff: string, name = "no-bad") => `## ${name}\n\n\`\`\`diff\n${diff}\n\`\`\`\n`;

    it("reads both sides of a difference", () => {
        const examples = parseExamples(
            `# Examples\n\nText.\n\n${section("  kind: Pod\n- bad: true\n+ bad: false\n  ---\n\n  a: 1")}`,
        );
        assert.deepEqual([...examples.keys()], ["no-bad"]);
        assert.equal(examples.get("no-bad")?.refused, "kind: Pod\nbad: true\n---\n\na: 1\n");
        assert.equal(examples.get("no-bad")?.allowed, "kind: Pod\nbad: false\n---\n\na: 1\n");
    });

    it("refuses what is none, and says all of it", () => {
        const text = [
            section("- a: 1"),
            section("- b: 1"),
            section("  a: 1", "same"),
            section("-a: 1", "torn"),
            "## bare\n",
        ];
        const none = 'is no block in diff, of lines that begin with "- ", "+ " or two spaces';
        assert.throws(() => parseExamples(text.join("\n")), {
            message: `no-bad: has two examples\nsame: ${none}\ntorn: ${none}\nbare: ${none}`,
        });
    });
});
