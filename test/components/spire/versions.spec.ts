import assert from "node:assert/strict";

import { spireFaults } from "../../../components/spire/checks";
import { pluginFaults, versionFaults } from "../../../components/spire/versions";
import { spireOf } from "../../support/spire";

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

    it("refuses plugins that the servers' release does not have yet", () => {
        const azure = { type: "azureBlob", account: "a", container: "c", blob: "b", format: "pem" } as const;
        const google = { type: "gcpStorage", bucket: "b", object: "o", format: "jwks" } as const;
        const server = { keyManager: { type: "disk" }, bundlePublishers: [google, azure] } as const;
        assert.deepEqual(pluginFaults(server, "1.15.2"), [
            "bundlePublishers[1] is azureBlob, which spire-server has since 1.15.3 and 1.15.2 would not start with; upgrade it, or choose another",
        ]);
        assert.deepEqual(pluginFaults(server, "1.15.3"), []);
        const { keyManager } = spireOf({
            server: {
                keyManager: {
                    type: "vault",
                    address: "https://vault.example.org",
                    trustAnchor: { configMap: "vault", key: "ca.crt" },
                    auth: { method: "kubernetes", role: "spire" },
                },
            },
        }).server;
        assert.deepEqual(pluginFaults({ keyManager, bundlePublishers: [] }, "1.14.6"), [
            "keyManager is vault, which spire-server has since 1.15.0 and 1.14.6 would not start with; upgrade it, or choose another",
        ]);
        assert.deepEqual(pluginFaults({ keyManager, bundlePublishers: [] }, "1.15.0"), []);
    });

    it("are those of the images, where the settings are judged", () => {
        const bundlePublishers = [{ type: "azureBlob", account: "a", container: "c", blob: "b" }];
        const egress = [{ name: "cloud", cidrs: ["10.7.0.0/16"], ports: [443] }];
        const settings = spireOf({ server: { bundlePublishers, egress } });
        const faults = spireFaults(settings, { server: "1.15.2", agent: "1.15.2" }, "spire");
        assert.equal(faults.length, 1);
        assert.match(faults[0] ?? "", /^spire\.server\.bundlePublishers\[0\] is azureBlob, /);
        assert.deepEqual(spireFaults(settings, { server: "1.15.3", agent: "1.15.2" }, "spire"), []);
    });
});
