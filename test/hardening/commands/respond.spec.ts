import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cli } from "../../support/cli";

describe("hardening respond", () => {
    const folder = mkdtempSync(join(tmpdir(), "respond-"));
    const events = join(folder, "events.jsonl");
    after(() => rmSync(folder, { recursive: true }));

    it("tells every fault of the events and of the policy at once, without running the program", async () => {
        writeFileSync(events, "{}\n");
        const policy = join(folder, "policy.yaml");
        writeFileSync(policy, "mode: panic\n");
        const { code, log } = await cli(["respond", "--simulate", events, "--policy", policy, "--stack", "staging"]);
        assert.equal(code, 2);
        const lines = log.join("\n");
        assert.match(lines, /policy\.yaml: mode: /);
        assert.match(lines, /events\.jsonl: message 1: this is no message of falco:/);
    });
});
