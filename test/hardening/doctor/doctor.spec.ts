import assert from "node:assert/strict";

import { QUESTIONS } from "../../../hardening/doctor";
import { patient, told } from "../../support/doctor";

describe("the doctor", () => {
    it("finds nothing wrong where everything is there, but what a node doesn't show", async () => {
        const { open, counts } = await told(patient());
        assert.deepEqual(open, [
            "unknown platform-set: nodes show no platform that is known, or several; cluster.platform is generic",
        ]);
        assert.equal(counts.missing, 0);
        assert.ok(counts.ok > 10);
    });

    it("says what to do about everything it may find", () => {
        for (const { remedy, title, name } of QUESTIONS) {
            assert.match(remedy, /^[A-Z].*\.$/s, name);
            assert.match(title, /^[A-Z]/, name);
        }
        assert.equal(new Set(QUESTIONS.map(({ name }) => name)).size, QUESTIONS.length);
    });

    it("asks without a stack what holds for any, and blames nothing on one", async () => {
        const { open, counts } = await told(undefined);
        assert.deepEqual(open, ["unknown platform-set: nodes show no platform that is known, or several"]);
        assert.ok(counts.ok > 4);
    });
});
