import { strict as assert } from "node:assert";
import { chmodSync, readFileSync, statSync, writeFileSync, symlinkSync } from "node:fs";

import { mend } from "../../../hardening/fix/fix";
import type { Fault } from "../../../policies/engine/control";
import { objectControl } from "../../../policies/engine/control";
import type { KubeObject } from "../../../policies/kubernetes/kube";
import { removeField, setField } from "../../../policies/kubernetes/path";
import type { Waiver } from "../../../policies/engine/waivers";
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
                const full = `${object.prefix}${path}`;
                yield {
                    path: full,
                    message: `${path} is not true.`,
                    fix: setField(object, full, true),
                    safe: true,
                    ...over,
                };
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

    it("applies a remedy that is not safe where its control is named, and tells of the others", () => {
        const unsafe = [wants("one", "spec.y", { safe: false }), wants("two", "spec.z", { safe: false })];
        const selected = unsafe.map((control) => ({ control, enforcement: "mandatory" as const, params: {} }));
        const { files, left } = mend([{ source: "a.yaml", text: POD }], {
            selected,
            waivers: [],
            now: TODAY,
            also: new Set(["two"]),
        });
        assert.equal(files[0]?.after, `${POD}  z: true\n`);
        assert.deepEqual(
            left.map(({ control }) => control),
            ["one"],
        );
    });

    it("takes for safe only what the manifest as it stood makes safe, not what another remedy has written", () => {
        const user = wants("user", "spec.user", { safe: false });
        const resting: typeof user = {
            ...wants("resting", "spec.late"),
            *check(object, context) {
                const { user: named } = object.body["spec"] as { readonly user?: unknown };
                for (const fault of wants("resting", "spec.late").check(object, context)) {
                    yield { ...fault, safe: named !== undefined };
                }
            },
        };
        const mendBy = (text: string, ...also: string[]) =>
            mend([{ source: "a.yaml", text }], {
                selected: [user, resting].map((control) => ({
                    control,
                    enforcement: "mandatory" as const,
                    params: {},
                })),
                waivers: [],
                now: TODAY,
                also: new Set(also),
            });
        const { files, left } = mendBy(POD, "user");
        assert.equal(files[0]?.after, `${POD}  user: true\n`);
        assert.deepEqual(
            left.map(({ control }) => control),
            ["resting"],
        );
        assert.equal(mendBy(`${POD}  user: true\n`).files[0]?.after, `${POD}  user: true\n  late: true\n`);
        assert.equal(mendBy(POD, "user", "resting").files[0]?.after, `${POD}  user: true\n  late: true\n`);
    });

    it("changes an anchor where all that follow it have the same fault", () => {
        const list = `apiVersion: v1
kind: PodList
items:
  - metadata: { name: a }
    spec: &spec
      x: 1
  - metadata: { name: b }
    spec: *spec
`;
        const { after, fixed, refused } = mended(list, [wants("first", "spec.first")]);
        assert.equal(after, list.replace("      x: 1\n", "      x: 1\n      first: true\n"));
        assert.deepEqual([fixed.length, refused.length], [2, 0]);
    });

    it("takes items out of one list one after the other", () => {
        const items = objectControl({
            ...first,
            name: "no-bad-items",
            kinds: ["Pod"],
            *check({ body, prefix }: KubeObject) {
                for (const [index, item] of ((body["spec"] as { list?: string[] }).list ?? []).entries()) {
                    if (item.startsWith("bad")) {
                        const path = `${prefix}spec.list[${index}]`;
                        yield { path, message: `${path} is ${item}.`, fix: removeField(path), safe: true };
                    }
                }
            },
        });
        assert.equal(mended(`${POD}  list: [bad1, good, bad2, bad3]\n`, [items]).after, `${POD}  list: [good]\n`);
        assert.equal(
            mended(`${POD}  list:\n    - bad1\n    - good # stays\n    - bad2\n`, [items]).after,
            `${POD}  list:\n    - good # stays\n`,
        );
    });

    it("says why a remedy can't be written, and goes on with the others", () => {
        const text = `${POD}other: &o {a: 1}\n`.replace("spec:\n", "spec: &s\n") + "copy: *s\n";
        const { after, refused } = mended(text, [first]);
        assert.equal(after, text);
        assert.deepEqual(
            refused.map(({ finding, reason }) => [finding.control, reason]),
            [["first", "an anchor shares the field with places that are not at fault; change it by hand"]],
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
  # agreed in SEC-12
  serviceAccount: web  # the shop's own
  containers: []
`;
    const FIXED = `# keep me
apiVersion: v1
kind: Pod
metadata:
  name: a # and me
spec:
  # agreed in SEC-12
  serviceAccountName: web  # the shop's own
  containers: []
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
            assert.match(out, /^- {2}serviceAccount: web {2}# the shop's own$/m);
            assert.match(out, /^\+ {2}serviceAccountName: web {2}# the shop's own$/m);
            assert.equal(readFileSync(`${folder}/a.yaml`, "utf8"), TEXT);
        });
    });

    it("changes nothing behind a link that leads out of the folder it was given", async () => {
        await withFiles({ "out/a.yaml": TEXT, "in/b.yaml": TEXT, "c.json": CONFIG }, async (folder) => {
            symlinkSync(`${folder}/out/a.yaml`, `${folder}/in/file.yaml`);
            symlinkSync(`${folder}/out`, `${folder}/in/folder`);
            const { code, log } = await cli(["fix", "-c", `${folder}/c.json`, `${folder}/in`]);
            assert.equal(code, 2);
            assert.equal(log.filter((line) => line.includes("is behind a link that leads out of")).length, 2);
            assert.equal(readFileSync(`${folder}/out/a.yaml`, "utf8"), TEXT);
            assert.notEqual(readFileSync(`${folder}/in/b.yaml`, "utf8"), TEXT);
        });
    });

    it("applies a remedy that is not safe by name, and else names its control", async () => {
        const config = JSON.stringify({ all: "disabled", "no-host-pid": "mandatory", "no-host-ipc": "mandatory" });
        const pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  hostPID: true\n  hostIPC: true\n";
        await withFiles({ "a.yaml": pod, "c.json": config }, async (folder) => {
            const run = (...more: readonly string[]) =>
                cli(["fix", "-c", `${folder}/c.json`, ...more, `${folder}/a.yaml`]);
            const { code, log } = await run();
            assert.equal(code, 0);
            assert.deepEqual(log, [
                "2 findings with a remedy that can change what works; --also CONTROL applies it: no-host-ipc (1), no-host-pid (1)",
                "1 file read, 0 files changed, 0 findings put right",
            ]);
            await run("--also", "no-host-pid");
            assert.equal(readFileSync(`${folder}/a.yaml`, "utf8"), pod.replace("  hostPID: true\n", ""));
            await run("--unsafe");
            assert.match(readFileSync(`${folder}/a.yaml`, "utf8"), /^spec: \{\}$/m);
            const wrong = await run("--also", "no-host-pids");
            assert.equal(wrong.code, 2);
            assert.equal(
                wrong.log[0],
                'error: --also no-host-pids: no such control is selected; did you mean "no-host-pid"?',
            );
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
                `error: ${folder}/a.yaml:11: document 2: apiVersion is missing, so it is no Kubernetes object`,
            );
        });
    });

    it("does not call put right what it could not write, and exits 2", async () => {
        await withFiles({ "a.yaml": TEXT, "c.json": CONFIG }, async (folder) => {
            // The name that the new content goes by until it is whole is taken.
            const fresh = `${folder}/a.yaml.hardening-${process.pid}`;
            writeFileSync(fresh, "");
            const { code, out, log } = await cli(["fix", "-c", `${folder}/c.json`, `${folder}/a.yaml`]);
            assert.equal(code, 2);
            assert.equal(out, "");
            assert.equal(readFileSync(`${folder}/a.yaml`, "utf8"), TEXT);
            assert.deepEqual(log, [
                `error: ${folder}/a.yaml: can't be written: EEXIST: file already exists, open '${fresh}'`,
                "1 file read, 0 files changed, 0 findings put right",
            ]);
        });
    });

    it("names what no control looked at, which it can't call sound", async () => {
        const widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, namespace: b}\n";
        await withFiles({ "a.yaml": widget }, async (folder) => {
            const { code, log } = await cli(["fix", `${folder}/a.yaml`]);
            assert.equal(code, 0);
            assert.deepEqual(log, [
                "not judged: 1 Widget.example.com: no control knows this kind (b/a)",
                "1 file read, 0 files changed, 0 findings put right",
            ]);
        });
    });

    it("refuses standard input", async () => {
        const { code, log } = await cli(["fix", "-"]);
        assert.equal(code, 2);
        assert.equal(log[0], "error: fix needs files or folders; it can't change standard input");
    });
});
