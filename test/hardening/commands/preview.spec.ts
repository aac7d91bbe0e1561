import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

import type { Finding } from "../../../hardening/findings";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";

const PROGRAMS = "test/fixtures/programs";

interface Scan {
    readonly results: readonly Finding[];
    readonly errors: readonly { readonly source: string; readonly message: string }[];
}

describe("hardening preview", function () {
    this.timeout(60_000);

    it("fails on a privileged container, :latest and a namespace without a policy, naming path, value and remedy", async () => {
        const { code, out } = await cli(["preview", "-C", `${PROGRAMS}/bad`, "--stack", "dev", "--format", "json"]);
        assert.equal(code, 1);
        const { results } = JSON.parse(out) as Scan;
        const found = (control: string) => results.find((result) => result.control === control);
        const container = "spec.template.spec.containers[0]";
        const privileged = found("no-privileged-containers");
        assert.equal(privileged?.path, `${container}.securityContext.privileged`);
        assert.equal(
            privileged.message,
            `Deployment shop/api: ${container}.securityContext.privileged is true (container "api"). Remove it. ` +
                "Of the same cause: no-path-from-any-pod-to-node.",
        );
        assert.equal(privileged.source, "stack dev");
        assert.equal(privileged.urn, "urn:pulumi:dev::bad::kubernetes:apps/v1:Deployment::api");
        const latest = found("no-latest-tag");
        assert.equal(latest?.path, `${container}.image`);
        assert.ok(latest.message.includes('"nginx:latest"'), latest.message);
        assert.ok(found("namespaces-deny-by-default"));
        assert.ok(found("pods-have-a-network-policy"));
        assert.ok(found("no-credentials-in-env"));
        assert.ok(results.every(({ message, remediation }) => message !== "" && remediation !== ""));
    });

    it("shows the resources of a stack as a tree of parents and children, and ends with a summary", async () => {
        const { out } = await cli(["preview", "-C", `${PROGRAMS}/everything`, "--stack", "dev", "--full"]);
        const tree = out.split("\n").filter((line) => line.startsWith(" +"));
        assert.deepEqual(
            tree.map((line) => line.replace(/\s{2,}(?=\S+(?:\s{2}\[.*\])?$)/, " ")),
            [
                " +  pulumi:pulumi:Stack everything-dev",
                " +  ├─ kubernetes:yaml/v2:ConfigGroup group  [children not seen]",
                " +  ├─ test:index:Outer outer",
                " +  │  └─ test:index:Inner outer-inner",
                " +  │     └─ kubernetes:core/v1:ConfigMap outer-inner-map  [protected]",
                " +  ├─ kubernetes:core/v1:Pod reader",
                " +  ├─ kubernetes:core/v1:Secret credentials",
                " +  ├─ kubernetes:core/v1:Secret generated",
                " +  ├─ kubernetes:helm.sh/v3:Release release",
                " +  └─ random:index/randomPassword:RandomPassword password",
            ],
        );
        assert.match(out, /^Resources: 2 Secret, 1 ConfigGroup, 1 ConfigMap, 1 Pod, 1 Release$/m);
        const lines = out.trimEnd().split("\n");
        assert.match(lines.at(-2) ?? "", /^stack dev: \d+ objects, \d+ controls \(profile x0tta6bl4\), /);
        assert.match(lines.at(-1) ?? "", /violations?.*, \d+ waived, \d+ unverifiable$/);
    });

    it("lets no secret of the program into any report", async () => {
        for (const [program, format] of [
            ["bad", "tree"],
            ["bad", "json"],
            ["everything", "html"],
        ] as const) {
            const stack = ["-C", `${PROGRAMS}/${program}`, "--stack", "dev"];
            const { out, log } = await cli(["preview", ...stack, "--profile", "all", "--format", format]);
            assert.ok(out.length > 0, format);
            assert.doesNotMatch(
                out + log.join("\n"),
                /correct-horse-battery|battery-staple-horse/,
                `${program} ${format}`,
            );
        }
    });

    it("says in the report what it can't see into", async () => {
        const { out } = await cli(["preview", "-C", `${PROGRAMS}/everything`, "--stack", "dev", "-f", "json"]);
        const { results } = JSON.parse(out) as { results: readonly Readonly<Record<string, string>>[] };
        assert.deepEqual(
            results
                .filter(({ control }) => control === "objects-are-visible")
                .map(({ status, type }) => [status, type]),
            [
                ["unverifiable", "kubernetes:yaml/v2:ConfigGroup"],
                ["unverifiable", "kubernetes:helm.sh/v3:Release"],
            ],
        );
    });

    for (const [program, reason] of [
        ["throws", /^the database of settings is empty/],
        ["rejects-in-apply", /^cannot use settings/],
        ["exits", /^the program ended by itself/],
        ["registers-twice", /Duplicate resource URN/],
    ] as const) {
        it(`ends with exit code 3 and one error where the program ${program.replaceAll("-", " ")}`, async () => {
            const { code, out } = await cli([
                "preview",
                "-C",
                `${PROGRAMS}/${program}`,
                "--stack",
                "dev",
                "--format",
                "json",
            ]);
            assert.equal(code, 3);
            const { errors, results } = JSON.parse(out) as Scan;
            assert.equal(errors.length, 1);
            assert.equal(errors[0]?.source, "stack dev");
            assert.match(errors[0].message, reason);
            assert.deepEqual(results, []);
        });
    }

    it("names every stack that does not exist, with the closest one, and ends with exit code 2", async () => {
        const { code, log } = await cli(["preview", "--stack", "stagin", "--stack", "prod"]);
        assert.equal(code, 2);
        assert.deepEqual(log.slice(0, 2), [
            'error: there is no stack "stagin": Pulumi.stagin.yaml does not exist; did you mean "staging"?; stacks here: production, staging',
            'error: there is no stack "prod": Pulumi.prod.yaml does not exist; stacks here: production, staging',
        ]);
    });

    describe("of a program that wants configuration", () => {
        const PROGRAM = `const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const config = new pulumi.Config();
const env = [{ name: "NOTE", value: config.requireSecret("note") }];
const containers = [{ name: "web", image: config.require("image"), env }];
new k8s.core.v1.Pod("web", { metadata: { name: "web", namespace: "shop" }, spec: { containers } });
`;
        async function preview(...args: readonly string[]) {
            const files = { "Pulumi.yaml": "name: shop\nruntime: nodejs\n", "index.js": PROGRAM };
            return withFiles(files, async (folder) => {
                symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
                const { code, out, log } = await cli([
                    "preview",
                    "-C",
                    folder,
                    "--stack",
                    "dev",
                    "--format",
                    "json",
                    ...args,
                ]);
                const { results = [], errors = [] } = JSON.parse(out || "{}") as Partial<Scan>;
                return { code, out, results, errors, log };
            });
        }

        it("takes its values from --config, as the CLI does, where no file of a stack has them", async () => {
            const values = ["-c", "image=registry.test/web:latest", "--config", "shop:note=a=b"];
            const { results, errors, out } = await preview(...values);
            assert.deepEqual(errors, []);
            assert.ok(results.some(({ control }) => control === "no-latest-tag"));
            assert.doesNotMatch(out, /a=b/);
            const { errors: missing } = await preview("-c", "note=x");
            assert.match(missing[0]?.message ?? "", /Missing required configuration variable 'shop:image'/);
        });

        it("tells a value from the file of the controls' levels, and takes one of those", async () => {
            await withFiles({ "levels.yaml": "no-latest-tag: disabled\n" }, async (folder) => {
                const file = join(folder, "levels.yaml");
                const values = ["-c", "image=registry.test/web:latest", "-c", "note=x"];
                const { results } = await preview("--config", file, ...values);
                assert.ok(!results.some(({ control }) => control === "no-latest-tag"));
                const { code, log } = await preview("--config", file, "--config", file);
                assert.deepEqual([code, log[0]], [2, "error: --config names 2 files; once is enough"]);
            });
        });

        it("refuses what is no value where there is no file to name, and values where no program runs", async () => {
            const { code, log } = await cli([
                "images",
                "-C",
                `${PROGRAMS}/bad`,
                "--stack",
                "dev",
                "--config",
                "levels.yaml",
            ]);
            assert.deepEqual([code, log[0]], [2, "error: --config must be KEY=VALUE"]);
            const audit = await cli(["audit", "--config", "a=b"]);
            assert.deepEqual(
                [audit.code, audit.log[0]],
                [2, "error: --config KEY=VALUE is for the program of a stack; name it with --stack"],
            );
        });
    });
});
