import assert from "node:assert/strict";

import { inRange, isNodeLocal, isWorldRange } from "../../../policies/kubernetes/addresses";

describe("address ranges", () => {
    it("hold every address when their prefix is zero", () => {
        for (const range of ["0.0.0.0/0", "::/0", " 10.0.0.0/0 "]) {
            assert.equal(isWorldRange(range), true, range);
        }
        for (const range of [
            "0.0.0.0",
            "0.0.0.0/1",
            "10.0.0.0/8",
            "::/1",
            "world",
            "0.0.0.0/",
            "0.0.0.0/x",
            "0.0.0.0/0/0",
            "",
        ]) {
            assert.equal(isWorldRange(range), false, range);
        }
    });

    it("hold the addresses below their prefix", () => {
        assert.equal(inRange("169.254.0.0/16", "169.254.169.254"), true);
        assert.equal(inRange("169.254.169.254", "169.254.169.254"), true);
        assert.equal(inRange("10.0.0.0/8", "169.254.169.254"), false);
        assert.equal(inRange("::/0", "169.254.169.254"), false);
        assert.equal(inRange("fd00::/8", "fd00:ec2::254"), true);
        assert.equal(inRange("nowhere", "10.0.0.1"), false);
        assert.equal(inRange("10.0.0.0/33", "10.0.0.1"), false);
    });

    it("tell addresses of the node itself", () => {
        for (const address of ["127.0.0.1", "127.9.9.9", "169.254.169.254", "::1", "fe80::1"]) {
            assert.equal(isNodeLocal(address), true, address);
        }
        for (const address of ["10.0.0.1", "128.0.0.1", "2001:db8::1", "localhost", ""]) {
            assert.equal(isNodeLocal(address), false, address);
        }
    });
});
