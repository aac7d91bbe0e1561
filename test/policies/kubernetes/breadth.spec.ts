import assert from "node:assert/strict";

import fc from "fast-check";

import { areMostPorts, isUnselective, isWorldwide } from "../../../policies/kubernetes/breadth";
import { selects } from "../../../policies/kubernetes/selectors";

const block = (cidr: string, ...except: string[]) => ({ cidr, except });

describe("the breadth of a rule", () => {
    it("is that of its ranges together, less what they leave out", () => {
        assert.equal(isWorldwide([block("0.0.0.0/0")]), true);
        assert.equal(isWorldwide([block("::/2"), block("4000::/2")]), true);
        assert.equal(isWorldwide([block("0.0.0.0/2"), block("64.0.0.0/3")]), false);
        assert.equal(isWorldwide([block("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/8")]), false);
        assert.equal(isWorldwide([block("10.0.0.0/8"), block("fd00::/8"), block("nowhere")]), false);
    });

    it("doesn't grow when one range is written as its two halves", () => {
        fc.assert(
            fc.property(fc.integer({ min: 0, max: 31 }), (bits) => {
                const half = 2 ** (31 - bits);
                const upper = [24, 16, 8, 0].map((shift) => Math.floor(half / 2 ** shift) % 256).join(".");
                assert.equal(
                    isWorldwide([block(`0.0.0.0/${bits}`)]),
                    isWorldwide([block(`0.0.0.0/${bits + 1}`), block(`${upper}/${bits + 1}`)]),
                );
            }),
        );
    });

    it("is every port without ports, with a protocol alone, and with most of them by number", () => {
        assert.equal(areMostPorts([]), true);
        assert.equal(areMostPorts([{ protocol: "UDP" }]), true);
        assert.equal(
            areMostPorts([
                { port: 1, endPort: 30_000 },
                { port: 30_001, endPort: 65_535 },
            ]),
            true,
        );
        assert.equal(
            areMostPorts([
                { port: 1, endPort: 20_000 },
                { protocol: "UDP", port: 1, endPort: 20_000 },
            ]),
            false,
        );
        assert.equal(areMostPorts([{ port: 443 }, { port: "http" }]), false);
    });

    it("is everybody for a selector that a bare namespace meets", () => {
        const key = fc.constantFrom("kubernetes.io/metadata.name", "team", "tier");
        const expression = fc.record({
            key,
            operator: fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist"),
            values: fc.constant(["red"]),
        });
        fc.assert(
            fc.property(fc.array(expression, { maxLength: 3 }), (matchExpressions) => {
                const selector = { matchExpressions };
                if (isUnselective(selector) && !matchExpressions.some(({ operator }) => operator === "DoesNotExist")) {
                    assert.equal(selects(selector, { "kubernetes.io/metadata.name": "shop" }), true);
                }
            }),
        );
    });
});
