import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { SIMULATION_FORMATS } from "../../../hardening/respond/draw";
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

    it("says in words why either file can't be read", async () => {
        const policy = join(folder, "none.yaml");
        const { code, log } = await cli(["respond", "--simulate", folder, "--policy", policy, "--stack", "staging"]);
        assert.equal(code, 2);
        const lines = log.join("\n");
        assert.ok(lines.includes(`${policy} does not exist`), lines);
        assert.ok(lines.includes(`${folder} is a folder`), lines);
    });

    it("shows what a recorded event brought without what would move the cursor or forge a line", () => {
        const bad = "a\u001b[2J\nb";
        const decision = { at: 0, event: bad, incident: "i", key: bad, confidence: 1, unresolved: [bad], actions: [] };
        const text = SIMULATION_FORMATS.text()({ stack: "staging", mode: "act", decisions: [decision] });
        assert.equal(text.split("\n").length, 6);
        assert.equal(text.includes("\u001b"), false);
    });
});
