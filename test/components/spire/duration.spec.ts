import assert from "node:assert/strict";

import fc from "fast-check";

import { checkedMilliseconds, formatDuration, milliseconds } from "../../../components/spire/duration";

describe("durations", () => {
    it("reads what Go reads", () => {
        assert.equal(milliseconds("24h"), 86_400_000);
        assert.equal(milliseconds("1h30m"), 5_400_000);
        assert.equal(milliseconds("1.5h"), 5_400_000);
        assert.equal(milliseconds("500ms"), 500);
    });

    it("refuses days, plain numbers, signs and what follows a duration", () => {
        for (const text of ["1d", "24", "-1h", "", "1h ", "h", "1h30"]) {
            assert.equal(milliseconds(text), undefined, text);
        }
    });

    it("throws where an unchecked text is taken for a duration", () => {
        assert.throws(() => checkedMilliseconds("1d"), new RangeError('"1d" is not a duration'));
    });

    it("reads back every duration it writes, to the second", () => {
        fc.assert(
            fc.property(fc.nat(10_000_000), (seconds) => {
                assert.equal(milliseconds(formatDuration(seconds * 1000 + 999)), seconds * 1000);
            }),
        );
    });
});
