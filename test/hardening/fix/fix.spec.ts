import { strict as assert } from "node:assert";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";

import { mend } from "../../../hardening/fix/fix";
import type { Fault } from "../../../policies/control";
import { objectControl } from "../../../policies/control";
import type { KubeObject } from "../../../policies/kube";
import { setField } from "../../../policies/path";
import type { Waiver } from "../../../policies/waivers";
import { cli, TODAY } from "../../support/cli";
import { withFiles } from "../../support/files";

/** A control that wants a field of the spec to be true, with the remedy. */
function wants(name: string, path: string, over: Partial<Fault> = {}) {
    return objectControl({
        name,
        description: "The field is true.",
        why: "It has to be.",
        severity: "low",
        covers: [],
        frameworks: [],
        remediation: "Set it.",
        profiles: [],
        kinds: ["Pod"],
        *check(object: KubeObject) {
            const value = path
                .split(".")
                .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], object.body);
            if (value !== true) {
                yield { path, message: `${path} is not true.`, fix: setField(object, path, true), safe: true, ...over };
            }
        },
    });
}

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  x: 1 # one\n";
const first = wants("first", "spec.deep.first");
const second = wants("second", "spec.deep.second");

function mended(text: string, controls = [first, second], waivers: readonly Waiver[] = []) {
    const selected = controls.map((control) => ({ control, enforcement: "mandatory" as const, params: {} }));
    const { files } = mend([{ source: "a.yaml", text }], { selected, waivers, now: TODAY });
    assert.ok(files[0]);
    return files[0];
}

describe("mend", () => {
    it("applies remedies that need the same missing parent one after the other", () => {
        const { after, fixed } = mended(POD);
        assert.equal(after, `${POD}  deep:\n    first: true\n    second: true\n`);
        assert.deepEqual(
            fixed.map(({ control }) => control),
            ["first", "second"],
        );
    });

    it("changes nothing more the second time", () => {
        const { after } = mended(POD);
        assert.deepEqual(mended(after).fixed, []);
        assert.equal(mended(after).after, after);
    });

    it("leaves a remedy that is not safe, and a waived finding", () => {
        assert.equal(mended(POD, [wants("unsafe", "spec.y", { safe: false })]).after, POD);
        const waiver = {
            control: "first",
            object: "Pod a",
            reason: "r",
            owner: "o",
            ticket: "t",
            expires: "2026-03-09",
            from: "w: waivers[0]",
        };
        assert.equal(mended(POD, [first], [waiver]).after, POD);
    });

    it("says why a remedy can't be written, and goes on with the others", () => {
        const text = `${POD}other: &o {a: 1}\n`.replace("spec:\n", "spec: &s\n") + "copy: *s\n";
        const { after, refused } = mended(text, [first]);
        assert.equal(after, text);
        assert.deepEqual(
            refused.map(({ finding, reason }) => [finding.control, reason]),
            [["first", "the text can't be changed there without changing something else"]],
        );
    });
});

describe("hardening fix", () => {
    const TEXT = `# keep me
apiVersion: v1
kind: Pod
metadata:
  name: a # and me
spec:
  serviceAccount: web
  containers: []
`;
    const FIXED = `# keep me
apiVersion: v1
kind: Pod
metadata:
  name: a # and me
spec:
  containers: []
  serviceAccountName: web
`;
    const CONFIG = JSON.stringify({ all: "disabled", "no-deprecated-service-account-field": "mandatory" });

    it("changes the files, keeps mode and comments, and says what it did", async () => {
        await withFiles({ "a.yaml": TEXT, "c.json": CONFIG }, async (folder) => {
            chmodSync(`${folder}/a.yaml`, 0o640);
            const { code, out, log } = await cli(["fix", "-c", `${folder}/c.json`, `${folder}/a.yaml`]);
            assert.equal(code, 0);
            assert.equal(readFileSync(`${folder}/a.yaml`, "utf8"), FIXED);
            assert.equal(statSync(`${folder}/a.yaml`).mode & 0o777, 0o640);
            assert.equal(out, `${folder}/a.yaml\n  no-deprecated-service-account-field: spec.serviceAccount\n`);
            assert.deepEqual(log, ["1 file read, 1 file changed, 1 finding put right"]);
        });
    });

    it("prints a diff with --dry-run, changes nothing and exits 1", async () => {
        await withFiles({ "a.yaml": TEXT, "c.json": CONFIG }, async (folder) => {
            const { code, out } = await cli(["fix", "--dry-run", "-c", `${folder}/c.json`, `${folder}/a.yaml`]);
            assert.equal(code, 1);
            assert.match(out, /^- {2}serviceAccount: web$/m);
            assert.match(out, /^\+ {2}serviceAccountName: web$/m);
            assert.equal(readFileSync(`${folder}/a.yaml`, "utf8"), TEXT);
        });
    });

    it("never touches a file with an error, and exits 2", async () => {
        const broken = `${TEXT}---\nkind: Pod\n`;
        await withFiles({ "a.yaml": broken, "c.json": CONFIG }, async (folder) => {
            writeFileSync(`${folder}/b.yaml`, TEXT);
            const { code, log } = await cli(["fix", "-c", `${folder}/c.json`, `${folder}/a.yaml`, `${folder}/b.yaml`]);
            assert.equal(code, 2);
            assert.equal(readFileSync(`${folder}/a.yaml`, "utf8"), broken);
            assert.equal(readFileSync(`${folder}/b.yaml`, "utf8"), FIXED);
            assert.equal(
                log[0],
                `error: ${folder}/a.yaml:10: document 2: apiVersion is missing, so it is no Kubernetes object`,
            );
        });
    });

    it("refuses standard input", async () => {
        const { code, log } = await cli(["fix", "-"]);
        assert.equal(code, 2);
        assert.equal(log[0], "error: fix needs files or folders; it can't change standard input");
    });
});
