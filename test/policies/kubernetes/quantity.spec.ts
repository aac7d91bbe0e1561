import assert from "node:assert/strict";

import fc from "fast-check";

import { amountOf } from "../../../policies/kubernetes/quantity";

describe("amountOf", () => {
    for (const [quantity, amount] of [
        ["100m", 0.1],
        ["1", 1],
        ["0.5", 0.5],
        [".5", 0.5],
        ["1.", 1],
        ["64Mi", 64 * 1024 * 1024],
        ["1G", 1e9],
        ["2k", 2000],
        ["1e3", 1000],
        ["1E3", 1000],
        ["1E", 1e18],
        ["-1", -1],
        [2, 2],
    ] as const) {
        it(`reads ${JSON.stringify(quantity)} as ${amount}`, () => {
            assert.equal(amountOf(quantity), amount);
        });
    }

    for (const quantity of ["", "1KB", "Mi", "one", "1 Gi", "0x10", null, undefined, {}, true]) {
        it(`takes ${JSON.stringify(quantity)} for no quantity`, () => {
            assert.equal(amountOf(quantity), undefined);
        });
    }

    it("reads a binary amount as 1024 times the next smaller one", () => {
        fc.assert(
            fc.property(
                fc.nat(4096),
                fc.constantFrom(["Mi", "Ki"], ["Gi", "Mi"], ["Ti", "Gi"]),
                (count, [big, small]) => {
                    assert.equal(amountOf(`${count}${big}`), amountOf(`${count * 1024}${small}`));
                },
            ),
        );
    });
});
