import assert from "node:assert/strict";

import fc from "fast-check";

import { PSS_VERSIONS, since } from "../../../../policies/controls/pod/pss";

describe("versions of the Pod Security Standards", () => {
    it("are latest and v1.0 to v1.37", () => {
        assert.equal(PSS_VERSIONS.length, 39);
        assert.deepEqual([PSS_VERSIONS[0], PSS_VERSIONS[1], PSS_VERSIONS.at(-1)], ["latest", "v1.0", "v1.37"]);
    });

    it("hold every rule from the minor version on that brought it", () => {
        fc.assert(
            fc.property(fc.nat(37), fc.nat(37), (version, minor) => {
                assert.equal(since(`v1.${version}`, minor), version >= minor);
            }),
        );
    });

    it("hold every rule at the latest version", () => {
        assert.equal(since("latest", 37), true);
    });
});
