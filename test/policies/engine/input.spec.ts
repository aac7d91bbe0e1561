import assert from "node:assert/strict";

import { Attempts, InputError, jsonContent, readContent, yamlContent } from "../../../policies/engine/input";
import { object, text } from "../../../policies/engine/schema";
import { inputFaults } from "../../support/faults";

describe("input", () => {
    it("is what a file holds, or all that is wrong with it under the file's name", () => {
        const schema = object({ a: text(), b: text() });
        assert.deepEqual(readContent(schema, { a: "x", b: "y" }, "f.yaml"), { a: "x", b: "y" });
        assert.deepEqual(
            inputFaults(() => readContent(schema, { a: 1 }, "f.yaml")),
            [
                "f.yaml: a must be a text that is not empty, found 1",
                "f.yaml: b is missing; it must be a text that is not empty",
            ],
        );
    });

    it("is the one document of a YAML text, or undefined", () => {
        assert.deepEqual(yamlContent("a: 1\n", "f.yaml"), { a: 1 });
        assert.deepEqual(yamlContent("---\na: 1\n", "f.yaml"), { a: 1 });
        for (const nothing of ["", "# a comment\n", "---\n", "null"]) {
            assert.equal(yamlContent(nothing, "f.yaml"), undefined, JSON.stringify(nothing));
        }
        assert.deepEqual(
            inputFaults(() => yamlContent("a: 1\n---\nb: 2\n---\nc: 3\n", "f.yaml")),
            ["f.yaml: must hold one document, found 3"],
        );
    });

    it("is named by file and line where it is no YAML, without what stands there", () => {
        const [fault = "", ...more] = inputFaults(() => yamlContent('a: 1\nb: "hunter2\n', "f.yaml"));
        assert.match(fault, /^f\.yaml:\d: [a-z ]+/);
        assert.doesNotMatch(fault, /hunter2/);
        assert.deepEqual(more, []);
        assert.deepEqual(
            inputFaults(() => yamlContent("a: 1\na: 2\n", "f.yaml")),
            ["f.yaml:2: duplicated mapping key"],
        );
    });

    it("is what a JSON text holds, or named by file and line where that is known, without what stands there", () => {
        assert.deepEqual(jsonContent('{"a": [1]}', "f.json"), { a: [1] });
        assert.deepEqual(
            inputFaults(() => jsonContent('{\n"a": hunter2\n}', "f.json")),
            ["f.json: is not JSON"],
        );
        assert.deepEqual(
            inputFaults(() => jsonContent('{\n"a": "hunter2\n}', "f.json")),
            ["f.json:2: is not JSON"],
        );
    });
});

describe("attempts", () => {
    const bad =
        (...faults: readonly string[]) =>
        () => {
            throw new InputError(faults);
        };

    it("yield what was read, and go on with something else where it can't be used", () => {
        const attempts = new Attempts();
        assert.equal(
            attempts.of(() => 7, 0),
            7,
        );
        attempts.finish();
        assert.equal(attempts.of(bad("a: wrong", "b: wrong"), 0), 0);
        attempts.note(["together: wrong", "so: too"]);
        assert.equal(attempts.of(bad("c: wrong"), "x"), "x");
        assert.deepEqual(
            inputFaults(() => attempts.finish()),
            ["a: wrong", "b: wrong", "together: wrong", "so: too", "c: wrong"],
        );
    });

    it("are over at once where something else goes wrong", () => {
        const attempts = new Attempts();
        assert.throws(
            () =>
                attempts.of(() => {
                    throw new TypeError("a defect");
                }, 0),
            new TypeError("a defect"),
        );
        attempts.finish();
    });
});
