import assert from "node:assert/strict";

import { compareVersions, isInRanges, parseVersion } from "../../../policies/kubernetes/versions";

describe("versions", () => {
    it("are read out of the ways in which components write them", () => {
        assert.deepEqual(parseVersion("v1.27.3+k3s1"), [1, 27, 3]);
        assert.deepEqual(parseVersion("5.15.0-91-generic"), [5, 15, 0]);
        assert.deepEqual(parseVersion("containerd://1.5.8"), [1, 5, 8]);
        assert.deepEqual(parseVersion("v2.2"), [2, 2, 0]);
        for (const text of ["", "latest", "7", "sha256"]) {
            assert.equal(parseVersion(text), undefined, text);
        }
    });

    it("are compared by number, not by letter", () => {
        assert.ok(compareVersions([1, 10, 0], [1, 9, 9]) > 0);
        assert.ok(compareVersions([1, 9, 9], [2, 0, 0]) < 0);
        assert.equal(compareVersions([1, 2, 3], [1, 2, 3]), 0);
    });

    it("lie in a range from its first release to before the fixed one", () => {
        const ranges = [{ from: [1, 8, 3], fixed: [1, 8, 5] }] as const;
        assert.equal(isInRanges([1, 8, 2], ranges), false);
        assert.equal(isInRanges([1, 8, 3], ranges), true);
        assert.equal(isInRanges([1, 8, 5], ranges), false);
    });
});
