import assert from "node:assert/strict";

import type { ScanOptions } from "../../hardening/api";
import { InputError, scan, scanPaths } from "../../hardening/api";
import { withFiles } from "../support/files";

const POD = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { hostPID: true } };

describe("the library", () => {
    it("judges by the profile restricted what nothing is said of, from documents as from files", async () => {
        const { results, summary } = scan([POD]);
        assert.ok(results.some(({ control, source }) => control === "no-host-pid" && source === "objects"));
        assert.deepEqual(scan([POD], { profile: "restricted" }).summary, summary);
        await withFiles({ "pod.json": JSON.stringify(POD) }, (folder) => {
            const source = `${folder}/pod.json`;
            assert.deepEqual(scanPaths([source]).results, scan([POD], { source }).results);
        });
    });

    it("refuses a profile that there is not, as code without types may name it, with all else that is wrong", () => {
        const options = JSON.parse(
            '{"profile": "pss", "config": {"all": "fatal"}, "waivers": ["gone.yaml"]}',
        ) as ScanOptions;
        assert.throws(
            () => scan([POD], options),
            new InputError([
                'profile: must be one of baseline, restricted, cis, nsa, x0tta6bl4, all, found "pss"',
                'config: all must be one of mandatory, advisory, disabled, found "fatal"',
                "waivers gone.yaml: does not exist",
            ]),
        );
    });
});
