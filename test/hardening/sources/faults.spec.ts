import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { evaluate } from "../../../hardening/evaluate";
import { parseManifest } from "../../../hardening/sources/manifests";
import { previewProgram } from "../../../hardening/sources/program";
import { readStack } from "../../../hardening/sources/program/stack-file";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import type { Resource } from "../../../policies/kubernetes/resource";
import { TODAY } from "../../support/cli";
import type { FaultyObject } from "../../support/seeded-faults";
import { FAULTS, FAULTY } from "../../support/seeded-faults";
import {
    comparedWithPlan,
    linesOf,
    MANIFESTS,
    PRODUCERS,
    TYPED_PLAN,
    violationsOf,
} from "../../support/seeded-producers";

const SELECTED = selectControls(controls, "all");

/** What is found in objects, without where they came from: sorted, and each with its field. */
function found(resources: readonly Resource[]): readonly string[] {
    const { findings, failures, notJudged } = evaluate([resources], { selected: SELECTED, waivers: [], now: TODAY });
    assert.deepEqual([failures, notJudged], [[], []]);
    return linesOf(findings);
}

function read(text: string): readonly Resource[] {
    const { resources, failures } = parseManifest("stdin", Buffer.from(text));
    assert.deepEqual(failures, []);
    return resources;
}

/** A program that makes the objects by the provider's classes. */
function programOf(manifests: readonly FaultyObject[]): string {
    const made = manifests.map(({ apiVersion, kind, ...rest }) => {
        const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
        return `new k8s.${group.split(".")[0] ?? ""}.${version ?? ""}.${kind}("${kind}", ${JSON.stringify(rest)});`;
    });
    return `const k8s = require("@pulumi/kubernetes");\n${made.join("\n")}\n`;
}

describe("Twenty seeded faults", function () {
    this.timeout(60_000);
    const expected = found(read(MANIFESTS));

    it("are found in manifests, each by its control alone and once", () => {
        assert.equal(new Set(FAULTS.map(([control]) => control)).size, 20);
        for (const fault of FAULTS) {
            assert.equal(violationsOf(expected, fault), 1, fault[0]);
        }
    });

    for (const [producer, text] of Object.entries(PRODUCERS)) {
        it(`are the same, with all that is found beside them, in ${producer}`, () => {
            assert.deepEqual(found(read(text)), expected);
        });
    }

    it("are the same in a plan of Terraform's own types, and what the API server is to choose is unverifiable by name", () => {
        const lines = found(read(TYPED_PLAN));
        assert.deepEqual(comparedWithPlan(expected, lines), { invented: [], silent: [] });
        for (const fault of FAULTS) {
            assert.equal(violationsOf(lines, fault), 1, fault[0]);
        }
        // Those that the plan leaves open: requests and limits, pull secrets, node, strategy and traffic policy.
        const fields = lines
            .filter((line) => line.includes(" unverifiable ") && !expected.includes(line))
            .map((line) => line.split(" ")[4] ?? "");
        assert.deepEqual([...new Set(fields.map((field) => field.split(".").at(-1)))].sort(), [
            "externalTrafficPolicy",
            "imagePullSecrets",
            "nodeName",
            "resources",
            "strategy",
        ]);
    });

    it("are the same in a program that is run for it", async () => {
        const folder = mkdtempSync(join(tmpdir(), "faults-"));
        try {
            mkdirSync(join(folder, "program"));
            symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
            writeFileSync(join(folder, "program/Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
            writeFileSync(join(folder, "program/index.js"), programOf(FAULTY));
            const { resources } = await previewProgram(readStack(join(folder, "program"), "dev"), () => {});
            assert.deepEqual(found(resources), expected);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
