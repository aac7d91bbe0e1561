import assert from "node:assert/strict";

import { networkProgram, platformOfNodes } from "../../../hardening/doctor/recognise";
import { seenSettings } from "../../../hardening/doctor/settings";
import type { Body } from "../../../policies/kubernetes/kube";
import { PLATFORM_NAMES, platformOf } from "../../../policies/platforms";
import { daemon, DENIED, FakeAsked, node, UID } from "../../support/doctor";

describe("what a cluster shows of itself", () => {
    it("knows every platform by each of its marks, and none by a mixture", () => {
        for (const name of PLATFORM_NAMES) {
            for (const { providerId, label, annotation, version, osImage } of platformOf(name).marks) {
                const marked: Body = {
                    metadata: {
                        name: "n",
                        ...(label !== undefined && { labels: { [label]: "" } }),
                        ...(annotation !== undefined && { annotations: { [annotation]: "" } }),
                    },
                    spec: { providerID: `${providerId ?? ""}x` },
                    status: { nodeInfo: { kubeletVersion: `v1.36.0${version ?? ""}1`, osImage: `${osImage ?? ""}v1` } },
                };
                assert.equal(platformOfNodes([marked, marked]), name);
                assert.equal(platformOfNodes([marked, node("plain", {})]), undefined);
            }
        }
        assert.equal(platformOfNodes([]), undefined);
    });

    it("takes the program that enforces for the one that counts", () => {
        assert.equal(networkProgram([daemon("kube-flannel"), daemon("calico-node")])?.name, "calico-node");
        assert.equal(networkProgram([daemon("aws-node")])?.enforces, "depends");
        assert.equal(networkProgram([daemon("cilium-envoy")]), undefined);
    });

    it("writes the settings it can see, and names those that it can't", async () => {
        const fake = new FakeAsked();
        fake.lists["nodes"] = [node("a", { kubeletVersion: "v1.36.0+k3s1" })];
        fake.lists["daemonsets"] = DENIED;
        assert.deepEqual(await seenSettings(fake), {
            seen: {
                identity: UID,
                platform: "k3s",
                apiServer: { cidrs: ["10.0.0.3/32"], ports: [6443] },
                nodes: 2,
            },
            unseen: ["networkEngine"],
        });
        fake.lists["daemonsets"] = [daemon("cilium", 0, 0), daemon("kube-flannel")];
        assert.equal((await seenSettings(fake)).seen["networkEngine"], "kubernetes", "one that is left over");
    });
});
