import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { engineEnvironment, missingPrograms, searchPath, skipNote } from "../engine/cli";
import { findBinary } from "../support/binary";
import { pack, pinned, project, runProgram, scratch } from "./support";

const PLUGIN = resolve(__dirname, "../../packages/foundation-plugin");
/** Providers that the components are made of. */
const PROVIDERS = ["kubernetes", "random"];
const PROGRAMS = ["pulumi", "pulumi-language-nodejs", ...PROVIDERS.map((provider) => `pulumi-resource-${provider}`)];

describe(`The plugin of the components under the official CLI${skipNote(PROGRAMS)}`, function () {
    this.timeout(900_000);
    const folder = scratch();

    it("shows its schema, and is added to a program as an SDK with every component", async function () {
        if (missingPrograms(PROGRAMS).length > 0) {
            this.skip();
        }
        const { tarball } = await pack("foundation", folder);
        const plugin = join(folder, "plugin");
        cpSync(PLUGIN, plugin, { recursive: true });
        const manifest = JSON.parse(readFileSync(join(plugin, "package.json"), "utf8")) as { dependencies: object };
        // The components of this checkout stand for those that would be published.
        const dependencies = { ...manifest.dependencies, "@x0tta6bl4/foundation": `file:${tarball}` };
        writeFileSync(join(plugin, "package.json"), JSON.stringify({ ...manifest, dependencies }));

        const home = join(folder, "home");
        // The CLI would download the providers that the plugin's packages name, though they are on the PATH.
        for (const provider of PROVIDERS) {
            const version = pinned(`@pulumi/${provider}`).split("@").at(-1) ?? "";
            const place = join(home, "plugins", `resource-${provider}-v${version}`);
            mkdirSync(place, { recursive: true });
            const program = `pulumi-resource-${provider}`;
            symlinkSync(findBinary(program, searchPath()) ?? "", join(place, program));
        }
        const state = join(folder, "state");
        mkdirSync(state);
        const env = { ...engineEnvironment(home), PULUMI_BACKEND_URL: `file://${state}` };
        const pulumi = (cwd: string, ...args: string[]) =>
            runProgram(findBinary("pulumi", searchPath()) ?? "", args, { cwd, env });

        const program = join(folder, "program");
        project(program, { "Pulumi.yaml": "name: shop\nruntime: nodejs\n", "index.js": "" });
        const added = await pulumi(program, "package", "add", plugin);
        assert.equal(added.code, 0, added.output);
        const components = ["AllowedFlows", "Falco", "GuardedNamespace", "Spire", "Workload"];
        const use = `const made = require("./sdks/x0tta6bl4-foundation-components"); console.log(Object.keys(made).join());`;
        const { code, output } = await runProgram(process.execPath, ["--eval", use], { cwd: program });
        assert.equal(code, 0, output);
        assert.deepEqual(
            components.filter((component) => !output.trim().split(",").includes(component)),
            [],
        );

        // What is said about the installation goes to the other stream, after the schema.
        const shown = await pulumi(folder, "package", "get-schema", plugin);
        assert.equal(shown.code, 0, shown.output);
        const schema = JSON.parse(shown.output.slice(0, shown.output.lastIndexOf("\n}") + 2)) as { resources: object };
        assert.deepEqual(
            Object.keys(schema.resources).sort(),
            components.map((component) => `foundation-components:index:${component}`),
        );
    });
});
