import { strict as assert } from "node:assert";

import { controls } from "../../../policies/controls";
import { profileControls } from "../../../policies/engine/profiles";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";

describe("hardening controls", () => {
    it("lists every control but those that only repeat others, with its severity and rule", async () => {
        const own = profileControls(controls, "all").length;
        const { code, out } = await cli(["controls"]);
        assert.equal(code, 0);
        const lines = out.trimEnd().split("\n");
        assert.equal(lines.length, own + 2);
        assert.match(out, /^no-privileged-containers +critical +No container runs privileged\.$/m);
        assert.equal(lines.at(-1), `${own} controls in profile all`);
    });

    it("explains one by its id or a former name as by its name, and says the id", async () => {
        const { out } = await cli(["controls", "XSF-0001"]);
        const [name = ""] = out.split("\n");
        assert.equal(out, (await cli(["controls", name])).out);
        assert.match(out, /^ {2}Id: +XSF-0001$/m);
    });

    it("lists what a profile holds", async () => {
        const { out } = await cli(["controls", "--profile", "baseline"]);
        const held = profileControls(controls, "baseline").length;
        assert.equal(out.trimEnd().split("\n").at(-1), `${held} controls in profile baseline`);
    });

    it("explains one: rule, reason, remedy, standards and what it covers", async () => {
        const { code, out } = await cli(["controls", "no-privileged-containers"]);
        assert.equal(code, 0);
        const lines = out.split("\n");
        assert.equal(lines[0], "no-privileged-containers");
        assert.equal(lines[1], "  No container runs privileged.");
        assert.ok(lines.includes("  Severity:    critical, mandatory"));
        assert.ok(lines.includes("  Covers:      pod.privileged"));
        assert.ok(lines.some((line) => line.startsWith("  Standard:    CIS Kubernetes Benchmark 1.12: 5.2.2")));
    });

    it("explains the parameters of a control, and the rules for waivers", async () => {
        const { out } = await cli(["controls", "images-from-allowed-registries", "waiver-in-use"]);
        assert.match(out, /^ {2}Parameter: {3}\w+ \(array, default \[.*\]\): /m);
        assert.match(out, /^ {2}Every waiver matches a finding\.$/m);
    });

    it("refuses a control that is not there and suggests the closest", async () => {
        assert.deepEqual(await cli(["controls", "no-privileged-container"]), {
            code: 2,
            out: "",
            log: [
                'error: there is no control "no-privileged-container"; did you mean "no-privileged-containers"?',
                "Try: hardening controls --help",
            ],
        });
    });

    it("prints JSON", async () => {
        const { out } = await cli(["controls", "--json", "no-privileged-containers"]);
        const [control] = JSON.parse(out) as readonly Record<string, unknown>[];
        assert.deepEqual(Object.keys(control ?? {}), [
            ...["name", "description", "why", "severity", "enforcement", "covers", "frameworks", "remediation"],
            ...["profiles", "params"],
        ]);
        assert.equal(control?.["severity"], "critical");
    });

    it("checks a configuration", async () => {
        const files = {
            "good.json": JSON.stringify({ all: "disabled", "no-privileged-containers": "advisory" }),
            "bad.json": JSON.stringify({ "no-privileged-containers": "fatal", zzzzzzzzzz: "advisory" }),
            "broken.yaml": "a: [",
            "two.yaml": "all: advisory\n---\nno-privileged-containers: mandatory\n",
        };
        await withFiles(files, async (folder) => {
            assert.deepEqual(await cli(["controls", "--check-config", `${folder}/good.json`]), {
                code: 0,
                out: `${folder}/good.json is in order: with profile all it selects 1 control, 1 of them advisory.\n`,
                log: [],
            });
            const bad = await cli(["controls", "--check-config", `${folder}/bad.json`]);
            assert.equal(bad.code, 2);
            assert.deepEqual(bad.log.slice(0, 2), [
                `error: ${folder}/bad.json: zzzzzzzzzz is not known`,
                `error: ${folder}/bad.json: no-privileged-containers must be one of mandatory, advisory, disabled, or an object with enforcementLevel, found "fatal"`,
            ]);
            const broken = await cli(["controls", "--check-config", `${folder}/broken.yaml`]);
            assert.equal(
                broken.log[0],
                `error: ${folder}/broken.yaml:1: unexpected end of the stream within a flow collection`,
            );
            const two = await cli(["controls", "--check-config", `${folder}/two.yaml`]);
            assert.equal(two.log[0], `error: ${folder}/two.yaml: must hold one document, found 2`);
            assert.equal(two.code, 2);
        });
    });
});
