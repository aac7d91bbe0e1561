import assert from "node:assert/strict";

import { versionFaults } from "../../../components/spire/versions";

describe("SPIRE releases", () => {
    it("accepts a pair of one release and agents one minor release behind", () => {
        assert.deepEqual(versionFaults("1.15.2", "1.15.2"), []);
        assert.deepEqual(versionFaults("1.15.3", "1.15.2"), []);
        assert.deepEqual(versionFaults("1.15.2", "1.14.6"), []);
        assert.deepEqual(versionFaults("v2.0.0", "2.0.0"), []);
    });

    it("refuses agents that are newer than their servers", () => {
        assert.deepEqual(versionFaults("1.15.2", "1.15.3"), [
            "spire-agent 1.15.3 is newer than spire-server 1.15.2; upgrade the servers first",
        ]);
    });

    it("refuses agents that are more than one minor release behind, and another major release", () => {
        assert.deepEqual(versionFaults("1.16.0", "1.14.6"), [
            "spire-agent 1.14.6 is more than one minor release behind spire-server 1.16.0; upgrade one minor at a time",
        ]);
        assert.deepEqual(versionFaults("2.0.0", "1.16.0"), [
            "spire-agent 1.16.0 is more than one minor release behind spire-server 2.0.0; upgrade one minor at a time",
        ]);
    });

    it("refuses releases with known defects on either side", () => {
        assert.deepEqual(versionFaults("1.15.1", "1.14.5"), [
            "spire-server 1.15.1 has known defects; use 1.15.2 or newer",
            "spire-agent 1.14.5 has known defects; use 1.14.6 or newer",
        ]);
        assert.deepEqual(versionFaults("1.13.9", "1.13.9"), [
            "spire-server 1.13.9 has known defects; use 1.14.6 or newer",
            "spire-agent 1.13.9 has known defects; use 1.14.6 or newer",
        ]);
    });

    it("refuses tags that name no release", () => {
        assert.deepEqual(versionFaults("latest", "1.15.2"), [
            'spire-server has the tag "latest", which is no release such as 1.15.2, so its age can\'t be checked',
        ]);
    });
});
