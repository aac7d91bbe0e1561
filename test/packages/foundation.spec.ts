import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { assertTyped, assertWellMade, install, pack, pinned, project, runProgram, scratch } from "./support";
import type { Packed } from "./support";

const EXAMPLES = resolve(__dirname, "../../packages/foundation/examples");

/** What `hardening preview --format json` says of a program, as far as it is looked at here. */
interface Report {
    readonly results: readonly {
        readonly control: string;
        readonly status: string;
        readonly kind: string;
        readonly name: string;
    }[];
    readonly errors: readonly { readonly message: string }[];
    readonly summary: { readonly resources: number };
}

describe("The components as a package", function () {
    this.timeout(900_000);
    const folder = scratch();
    let packed: Packed;

    before(async () => {
        packed = await pack("foundation", folder);
        const tool = await pack("hardening", folder);
        project(folder, {});
        cpSync(EXAMPLES, folder, { recursive: true });
        await install(folder, [
            packed.tarball,
            tool.tarball,
            pinned("@pulumi/pulumi"),
            pinned("@pulumi/kubernetes"),
            pinned("@types/node"),
        ]);
    });

    async function preview(program: string, ...options: readonly string[]): Promise<Report> {
        const args = ["--directory", join(folder, program), "--stack", "dev", "--format", "json", "--out", "out.json"];
        await runProgram("npx", ["--no-install", "hardening", "preview", ...args, ...options], { cwd: folder });
        return JSON.parse(readFileSync(join(folder, "out.json"), "utf8")) as Report;
    }

    it("holds the compiled components, what they read, their types and licences, and nothing of our stacks", () => {
        const plain = packed.files.filter((path) => !path.startsWith("dist/types/"));
        assert.deepEqual(plain, [
            "LICENSE",
            "README.md",
            "dist/THIRD-PARTY-LICENSES",
            "dist/alerts/identity.yaml",
            "dist/alerts/incidents.yaml",
            "dist/alerts/platform.yaml",
            "dist/alerts/runtime.yaml",
            "dist/alerts/secrets.yaml",
            "dist/index.js",
            "dist/policy.yaml",
            "dist/rules/10-vocabulary.yaml",
            "dist/rules/20-identity.yaml",
            "dist/rules/30-runtime.yaml",
            "dist/rules/40-network.yaml",
            "dist/rules/50-kubernetes-audit.yaml",
            "dist/security-incident.json",
            "package.json",
        ]);
        assert.ok(packed.files.every((path) => plain.includes(path) || path.endsWith(".d.ts")));
        assert.ok(packed.bytes < 1024 * 1024, `${packed.bytes} bytes`);
    });

    it("is what publint and attw call well made", () => assertWellMade(packed.tarball));

    for (const type of ["commonjs", "module"] as const) {
        it(`is typed for a ${type}`, () =>
            assertTyped(
                folder,
                `${readFileSync(join(EXAMPLES, "shop/index.ts"), "utf8")}
import { Foundation, Images } from "@x0tta6bl4/foundation";
new Images({ mirror: "registry.example.org" });
// @ts-expect-error -- a mode that does not exist
new GuardedNamespace("bad", { namespace: "bad", owner: "shop", podSecurity: "none" });
// @ts-expect-error -- the trust domain is missing
new Foundation("bad", { cluster, spire: { clusterName: "shop" } });
`,
                type,
            ));
    }

    it("gives another team's program components that keep the restricted profile without a waiver, one by one", async () => {
        const { results, errors, summary } = await preview("shop", "--profile", "restricted");
        assert.deepEqual(errors, []);
        assert.ok(summary.resources > 40, String(summary.resources));
        assert.deepEqual(
            results.filter(({ status }) => status !== "excepted"),
            [],
        );
        // What agents on a node can't do without is excepted, by the component that needs it.
        assert.ok(results.some(({ name, control }) => name === "falco" && control === "run-as-non-root"));
    });

    it("gives the whole foundation by one component, that keeps every control of ours without a waiver", async () => {
        const { results, errors, summary } = await preview("whole", "--profile", "x0tta6bl4");
        assert.deepEqual(errors, []);
        assert.ok(summary.resources > 200, String(summary.resources));
        assert.deepEqual(
            results.filter(({ status }) => status === "violation").map(({ control, name }) => `${control} ${name}`),
            [],
        );
    });

    it("says all that is wrong with its arguments under the name of the component, and makes nothing", async () => {
        const program = join(folder, "wrong");
        project(program, {
            "Pulumi.yaml": "name: wrong\nruntime: nodejs\n",
            "index.js": `const { Foundation } = require("@x0tta6bl4/foundation");
new Foundation("security", { cluster: { name: "Shop" }, spire: { trustDomain: "x" }, falco: { cpu: "much" }, walrus: {} });
`,
        });
        const { errors, summary } = await preview("wrong");
        assert.equal(summary.resources, 0);
        const [{ message } = { message: "" }] = errors;
        for (const fault of [
            /security:walrus is not known/,
            /security:cluster\.name must be a DNS label .*, found "Shop"/,
            /security:cluster\.apiServer is missing/,
            /security:spire\.clusterName is missing/,
            /security:falco\.cpu must be/,
        ]) {
            assert.match(message, fault);
        }
    });
});
