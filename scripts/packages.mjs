// Builds the published packages into packages/<name>/: node scripts/packages.mjs [NAME…]
// Their sources stay where they are; each package's own `prepack` calls this, so that what is packed is what was built just now.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { writeDeclarations } from "./declarations.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The file in a built package's folder that says which packages its bundle carries, by their places in the lock file. */
const CARRIED = "carried.json";

/** JavaScript that Node.js 22 reads, every npm package in it but those that have to be the program's own. */
const bundle = {
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "inline",
    logLevel: "warning",
    external: [...builtinModules, "@pulumi/*", "typescript", "ts-node", "tsx"],
};

/** Bundles entries into dist/, and writes beside them the licences of what they carry, and where a release finds its names. */
async function bundled(folder, entryPoints) {
    const { metafile } = await build({ ...bundle, entryPoints, outdir: join(folder, "dist"), metafile: true });
    const carried = Object.keys(metafile.inputs).flatMap(
        (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [],
    );
    const paths = [...new Set(carried)].sort();
    writeFileSync(join(folder, CARRIED), JSON.stringify(paths));
    const packages = paths.map((path) => {
        const { name, version, license, repository } = JSON.parse(
            readFileSync(join(root, path, "package.json"), "utf8"),
        );
        const [file] = globSync("{LICEN[CS]E,licen[cs]e}*", { cwd: join(root, path) });
        const text = file === undefined ? undefined : readFileSync(join(root, path, file), "utf8").trim();
        return { name, version, license, source: repository?.url, text };
    });
    const texts = packages.map(({ name, version, license, source, text }) => {
        // Some packages leave out the text that others of the same repository, under the same licence, have.
        const sibling = packages.find(
            (one) => one.text !== undefined && one.source === source && one.license === license,
        );
        const said = text ?? (source === undefined ? undefined : sibling?.text);
        if (said === undefined) {
            throw new Error(`${name} has no licence to pass on`);
        }
        return `${name} ${version} (${license})\n\n${said}\n`;
    });
    writeFileSync(join(folder, "dist/THIRD-PARTY-LICENSES"), texts.join(`\n${"-".repeat(80)}\n\n`));
}

/** What components read beside their code, as they find it. */
const FOUNDATION_DATA = [
    "falco/rules",
    "monitoring/alerts",
    "responder/policy.yaml",
    "responder/security-incident.json",
];

const PACKAGES = {
    foundation: async (folder) => {
        const entry = "components/index.ts";
        await bundled(folder, { index: join(root, entry) });
        writeDeclarations(root, [entry], join(folder, "dist/types"));
        for (const path of FOUNDATION_DATA) {
            cpSync(join(root, "components", path), join(folder, "dist", basename(path)), { recursive: true });
        }
    },
    "policy-pack": (folder) => bundled(folder, { index: join(root, "policies/published.ts") }),
    hardening: async (folder) => {
        await bundled(folder, {
            hardening: join(root, "hardening/cli/process.ts"),
            "program-host": join(root, "hardening/sources/program/host.ts"),
            api: join(root, "hardening/api.ts"),
        });
        writeDeclarations(root, ["hardening/api.ts"], join(folder, "dist/types"));
        cpSync(join(root, "bin"), join(folder, "bin"), { recursive: true });
    },
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(PACKAGES, name));
if (unknown.length > 0) {
    console.error(`there is no package ${unknown.join(", ")}; known are ${Object.keys(PACKAGES).join(", ")}`);
    process.exit(2);
}
for (const [name, assemble] of Object.entries(PACKAGES)) {
    if (named.length === 0 || named.includes(name)) {
        const folder = join(root, "packages", name);
        rmSync(join(folder, "dist"), { recursive: true, force: true });
        mkdirSync(join(folder, "dist"), { recursive: true });
        await assemble(folder);
        cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    }
}
