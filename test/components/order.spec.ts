import assert from "node:assert/strict";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { after } from "../../components/order";
import { deploy } from "../support/deploy";

class Pair extends pulumi.ComponentResource {
    constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
        super("test:order:Pair", name, {}, opts);
        const first = new k8s.core.v1.ConfigMap(`${name}-first`, {}, { parent: this });
        new k8s.core.v1.ConfigMap(`${name}-second`, {}, { parent: this, dependsOn: [first] });
        this.registerOutputs({});
    }
}

describe("after", () => {
    it("makes every part of a component wait for every part of another, and keeps the order within", async () => {
        const deployed = await deploy(() => {
            const provider = new k8s.Provider("kubernetes", {});
            const early = new Pair("early", { provider });
            new Pair("late", after({ provider }, early));
        });
        const needed = (name: string) => deployed.dependencies("kubernetes:core/v1:ConfigMap", name);
        assert.deepEqual(needed("early-second"), ["early-first"]);
        assert.deepEqual(
            needed("late-first").filter((name) => name.startsWith("early-")),
            ["early-first", "early-second"],
        );
        assert.deepEqual(
            needed("late-second").filter((name) => name !== "early"),
            ["early-first", "early-second", "late-first"],
        );
    });
});
