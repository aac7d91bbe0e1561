import assert from "node:assert/strict";

import { goSeconds } from "../../../policies/kubernetes/durations";

describe("durations", () => {
    it("are read as Go writes them", () => {
        assert.equal(goSeconds("2160h"), 7_776_000);
        assert.equal(goSeconds("1h30m"), 5400);
        assert.equal(goSeconds("2160h0m0s"), 7_776_000);
        assert.equal(goSeconds("1.5s"), 1.5);
        assert.equal(goSeconds("250ms"), 0.25);
    });

    it("are not read from anything else", () => {
        for (const text of ["", "90d", "h", "10", "1h later", "-5m"]) {
            assert.equal(goSeconds(text), undefined, text);
        }
    });
});
