import { strict as assert } from "node:assert";

import type { SelectionValues } from "../../hardening/selection";
import { readSelection } from "../../hardening/selection";
import { withFiles } from "../support/files";

const CONFIG = JSON.stringify({
    "no-root-user": { enforcementLevel: "mandatory", pssVersion: "v1.22" },
    "run-as-non-root": "mandatory",
});

/** The version that two controls of the Pod Security Standards measure by: one that the configuration sets, and one that it leaves. */
async function versions(options: Partial<SelectionValues>): Promise<readonly unknown[]> {
    return withFiles({ "c.json": CONFIG }, (folder) => {
        const { selected } = readSelection({ profile: "restricted", config: `${folder}/c.json`, ...options });
        return ["no-root-user", "run-as-non-root"].map(
            (name) => selected.find(({ control }) => control.name === name)?.params["pssVersion"],
        );
    });
}

describe("the version of the Pod Security Standards", () => {
    it("is the newest, and what the configuration says of single controls", async () => {
        assert.deepEqual(await versions({}), ["v1.22", "latest"]);
    });

    it("is the one of the command line for all", async () => {
        assert.deepEqual(await versions({ "pss-version": "1.29" }), ["v1.29", "v1.29"]);
    });

    it("follows the release of Kubernetes where nothing names it, as an API server's own does", async () => {
        assert.deepEqual(await versions({ "kubernetes-version": "v1.30" }), ["v1.22", "v1.30"]);
        assert.deepEqual(await versions({ "kubernetes-version": "v1.30", "pss-version": "latest" }), [
            "v1.30",
            "v1.30",
        ]);
        assert.deepEqual(await versions({ "kubernetes-version": "v1.30", "pss-version": "v1.29" }), ["v1.29", "v1.29"]);
    });
});
