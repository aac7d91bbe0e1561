import assert from "node:assert/strict";

import fc from "fast-check";

import { escapedPattern } from "../../policies/text";

describe("Texts in regular expressions", () => {
    it("stand for themselves alone", () => {
        const unit = fc.constantFrom(..."a / - , . * + ? ^ $ { } ( ) | [ ] \\ \n".split(" "));
        fc.assert(
            fc.property(fc.string({ unit }), fc.string({ unit }), (text, other) => {
                assert.equal(new RegExp(`^${escapedPattern(text)}$`, "s").test(other), text === other);
                assert.match(text, new RegExp(`^${escapedPattern(text)}$`));
            }),
        );
    });
});
