import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { exceptionsData } from "../../components/exceptions";
import { controls } from "../../policies/controls";
import { EXCEPTIONS } from "../../policies/engine/exceptions";

describe("policies/exceptions.json", () => {
    it("holds what the areas state: npm run exceptions:data", () => {
        assert.deepEqual(
            JSON.parse(readFileSync("policies/exceptions.json", "utf8")) as unknown,
            JSON.parse(exceptionsData()) as unknown,
        );
    });

    it("names controls that there are, and gives a reason as a sentence", () => {
        for (const { control: name, reason, fields } of EXCEPTIONS) {
            assert.ok(
                controls.some((candidate) => candidate.name === name),
                name,
            );
            assert.match(reason, /^[A-Z].*\.$/);
            assert.ok(fields.length > 0);
        }
    });
});
