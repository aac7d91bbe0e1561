import { strict as assert } from "node:assert";

import fc from "fast-check";

import { evaluate } from "../../hardening/evaluate";
import { parseManifest } from "../../hardening/sources/manifests";
import { controls } from "../../policies/controls";
import { isObj } from "../../policies/kubernetes/kube";
import { selectControls } from "../../policies/engine/profiles";
import { jsonValue, kubernetesObject, mutated } from "../support/arbitrary";
import { TODAY } from "../support/cli";
import type { Manifest } from "../support/controls";
import { resourceOf } from "../support/controls";
import { SAMPLES } from "../support/samples";

/** Few runs with the same seed in the everyday test; 10,000 with a new one by `npm run fuzz`. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);
const SEED = Number(process.env["FUZZ_SEED"] ?? (process.env["FUZZ_RUNS"] === undefined ? 1 : Date.now() % 2 ** 31));
/** What one object may take at most: far above what any needs, far below a hang. */
const PATIENCE_MS = 2_000;

const SELECTED = selectControls(controls, "all");
const options = { selected: SELECTED, waivers: [], now: TODAY };

function check(manifests: readonly Manifest[]): void {
    const start = performance.now();
    const { failures, resources } = evaluate([manifests.map((manifest) => resourceOf(manifest))], options);
    assert.deepEqual(failures, []);
    assert.ok(resources >= manifests.filter(({ kind }) => !String(kind).endsWith("List")).length);
    assert.ok(performance.now() - start < PATIENCE_MS * manifests.length, "takes too long");
}

function property<T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void {
    fc.assert(fc.property(arbitrary, predicate), { numRuns: RUNS, seed: SEED });
}

describe(`every control, whatever it is given (seed ${SEED}, ${RUNS} runs each)`, function () {
    this.timeout(20_000 + RUNS * 200);

    it("judges arbitrary objects of the kinds that it looks at without failing", () => {
        property(fc.array(kubernetesObject, { minLength: 1, maxLength: 5 }), check);
    });

    for (const [name, manifests] of Object.entries(SAMPLES)) {
        it(`judges ${name} with arbitrary changes without failing`, () => {
            const changed = fc.tuple(
                ...manifests.map((manifest) => fc.oneof(fc.constant(manifest), mutated(manifest))),
            );
            property(changed, check);
        });
    }
});

describe("every control", function () {
    this.timeout(60_000);

    /** What a lookup by a name finds in an object that holds nothing of its own. */
    const INHERITED = ["constructor", "__proto__", "toString"];

    /** A value with one of its texts, or a kind, a name or a key, replaced at a time. */
    function* replaced(value: unknown, text: string): Iterable<unknown> {
        if (typeof value === "string") {
            yield text;
        } else if (Array.isArray(value)) {
            for (const [index, item] of value.entries()) {
                for (const other of replaced(item, text)) {
                    yield value.with(index, other);
                }
            }
        } else if (isObj(value)) {
            for (const [key, item] of Object.entries(value)) {
                for (const other of replaced(item, text)) {
                    yield { ...value, [key]: other };
                }
            }
            yield Object.fromEntries([...Object.entries(value), [text, text]]);
        }
    }

    for (const text of INHERITED) {
        it(`takes ${text} for a name like any other, wherever it stands`, () => {
            const manifests = Object.values(SAMPLES).flat();
            const changed = manifests.flatMap((manifest) => [...replaced(manifest, text)]) as Manifest[];
            assert.ok(changed.length > 500, `${changed.length} changes`);
            check(changed);
        });
    }
});

describe(`the reader of manifests, whatever it is given (seed ${SEED}, ${RUNS} runs each)`, function () {
    this.timeout(20_000 + RUNS * 200);

    /** Nothing may go missing without a word: every document is a resource or has a failure. */
    function accounted(content: Buffer): void {
        const { resources, failures } = parseManifest("a.yaml", content);
        assert.ok(resources.length + failures.length > 0);
        for (const { message } of failures) {
            assert.ok(message.length > 5);
        }
    }

    it("takes any bytes", () => {
        property(fc.uint8Array({ maxLength: 200 }), (bytes) => accounted(Buffer.from(bytes)));
    });

    it("takes any text made of what YAML is made of", () => {
        const token = fc.constantFrom(
            ...[
                "a",
                "b: ",
                "- ",
                "\n",
                "\n  ",
                ": ",
                "{",
                "}",
                "[",
                "]",
                ", ",
                "&x ",
                "*x",
                "|\n",
                ">-\n",
                '"',
                "'",
                "#",
                "---\n",
            ],
            ...[
                "!!map ",
                "!!binary ",
                "? ",
                "<<: ",
                "%YAML 1.2\n",
                "\t",
                "kind: Pod\n",
                "apiVersion: v1\n",
                "items:\n",
            ],
        );
        property(fc.array(token, { maxLength: 40 }), (tokens) => accounted(Buffer.from(tokens.join(""))));
    });

    it("takes any JSON, and every document of it is a resource or has a failure", () => {
        property(jsonValue, (json) => accounted(Buffer.from(JSON.stringify(json))));
    });

    it("reads what JSON says just as JSON says it", () => {
        property(kubernetesObject, (manifest) => {
            const text = JSON.stringify(manifest);
            const { resources } = parseManifest("a.json", Buffer.from(text));
            if (resources.length > 0) {
                assert.deepEqual(JSON.stringify(resources[0]?.props), text);
            }
        });
    });
});
