import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { cycloneDxValidator } from "../support/cyclonedx";
import { runProgram, scratch } from "./support";

interface Bill {
    readonly metadata: {
        readonly component: { readonly name: string; readonly version: string; readonly purl: string };
    };
    readonly components: readonly {
        readonly name: string;
        readonly version: string;
        readonly hashes?: readonly { readonly content: string }[];
        readonly properties: readonly { readonly value: string }[];
    }[];
}

const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: readonly string[] };

describe("What a release holds", function () {
    this.timeout(900_000);
    const folder = scratch();
    const release = () => runProgram("npm", ["run", "-s", "release:pack", "--", folder], { cwd: resolve(".") });

    before(async () => {
        const { code, output } = await release();
        assert.equal(code, 0, output);
    });

    it("is a tarball and a bill of materials for each package that is not private", () => {
        const manifests = workspaces.map(
            (workspace) =>
                JSON.parse(readFileSync(join(workspace, "package.json"), "utf8")) as {
                    name: string;
                    version: string;
                    private?: boolean;
                },
        );
        const stems = manifests
            .filter((manifest) => manifest.private !== true)
            .map(({ name, version }) => `${name.slice(1).replace("/", "-")}-${version}`);
        assert.deepEqual(
            globSync("*", { cwd: folder }).sort(),
            stems.flatMap((stem) => [`${stem}.cdx.json`, `${stem}.tgz`]).sort(),
        );
    });

    it("says in CycloneDX what is carried and what is installed with it, with the hash that the lock file has", async () => {
        const validate = cycloneDxValidator();
        for (const file of globSync("*.cdx.json", { cwd: folder })) {
            const text = readFileSync(join(folder, file), "utf8");
            const bill = JSON.parse(text) as Bill;
            assert.ok(validate(bill), `${file}: ${JSON.stringify(validate.errors)}`);
            const { components, metadata } = bill;
            assert.match(metadata.component.purl, /^pkg:npm\/%40x0tta6bl4\//);
            assert.ok(components.every(({ hashes }) => hashes?.[0]?.content.length === 128));
            const manifest = JSON.parse(
                (
                    await runProgram("tar", ["-xOf", file.replace(".cdx.json", ".tgz"), "package/package.json"], {
                        cwd: folder,
                    })
                ).output,
            ) as { dependencies?: Readonly<Record<string, string>> };
            for (const name of Object.keys(manifest.dependencies ?? {})) {
                assert.ok(
                    components.some((component) => component.name === name),
                    `${file}: ${name}`,
                );
            }
        }
        const tool = JSON.parse(
            readFileSync(globSync(join(folder, "x0tta6bl4-hardening-[0-9]*.cdx.json"))[0] ?? "", "utf8"),
        ) as Bill;
        const carried = tool.components.filter(({ properties }) => properties[0]?.value === "true");
        assert.ok(["js-yaml", "yaml"].every((name) => carried.some((component) => component.name === name)));
    });

    it("is nothing that was there before", async () => {
        writeFileSync(join(folder, "foreign.tgz"), "");
        const { code, output } = await release();
        assert.deepEqual([code, output], [2, `${folder} is not empty, and everything in it would be released\n`]);
    });
});
