// Packs every published package, and writes what is in each as a bill of materials (CycloneDX 1.6) beside it:
// npm run release:pack -- FOLDER [TAG]
// With a tag, every package has to have its version. Where EVIDENCE names a folder, a statement of what was packed is added to it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { startRecording } from "./recording.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const json = (file) => JSON.parse(readFileSync(file, "utf8"));
const lock = json(join(root, "package-lock.json")).packages;

const purl = (name, version) => `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;

/** A package of the lock file as a component; where it is inside of ours, the hash is that of what it was taken from. */
function componentAt(path, isInside) {
    const { version, license, integrity } = lock[path];
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const [alg, content] = (integrity ?? "").split("-");
    return {
        type: "library",
        "bom-ref": purl(name, version),
        name,
        version,
        scope: "required",
        purl: purl(name, version),
        ...(license && { licenses: [{ expression: license }] }),
        ...(alg === "sha512" && {
            hashes: [{ alg: "SHA-512", content: Buffer.from(content, "base64").toString("hex") }],
        }),
        properties: [{ name: "x0tta6bl4:carried", value: String(isInside) }],
    };
}

/** What a package carries and what it is installed with, in the versions that it was built and tested with. */
function billOf(folder, manifest) {
    const { name, version, license, description, dependencies = {} } = manifest;
    const carried = existsSync(join(folder, "carried.json")) ? json(join(folder, "carried.json")) : [];
    const beside = Object.keys(dependencies)
        .flatMap(
            (dependency) =>
                [
                    join(folder.slice(root.length + 1), "node_modules", dependency),
                    join("node_modules", dependency),
                ].find((path) => lock[path] !== undefined && lock[path].link !== true) ?? [],
        )
        .filter((path) => !carried.includes(path));
    const components = [
        ...carried.map((path) => componentAt(path, true)),
        ...beside.map((path) => componentAt(path, false)),
    ];
    const own = purl(name, version);
    return {
        $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bomFormat: "CycloneDX",
        specVersion: "1.6",
        version: 1,
        metadata: {
            component: {
                type: "library",
                "bom-ref": own,
                name,
                version,
                description,
                purl: own,
                licenses: [{ expression: license }],
            },
        },
        components,
        dependencies: [
            { ref: own, dependsOn: components.map((component) => component["bom-ref"]) },
            ...components.map((component) => ({ ref: component["bom-ref"] })),
        ],
    };
}

const [out, tag] = process.argv.slice(2);
if (out === undefined) {
    console.error("release needs the folder to pack into: npm run release:pack -- FOLDER [TAG]");
    process.exit(2);
}
const published = json(join(root, "package.json"))
    .workspaces.map((workspace) => join(root, workspace))
    .map((folder) => ({ folder, manifest: json(join(folder, "package.json")) }))
    .filter(({ manifest }) => manifest.private !== true);
const others = published.filter(({ manifest }) => tag !== undefined && tag !== `v${manifest.version}`);
if (others.length > 0) {
    others.forEach(({ manifest: { name, version } }) =>
        console.error(`${name} has version ${version}, and the tag is ${tag}: sign v${version}, or raise the version`),
    );
    process.exit(2);
}
const recording = await startRecording();
const packed = [];
mkdirSync(out, { recursive: true });
if (readdirSync(out).length > 0) {
    console.error(`${out} is not empty, and everything in it would be released`);
    process.exit(2);
}
for (const { folder, manifest } of published) {
    execFileSync("npm", ["pack", "--pack-destination", resolve(out)], {
        cwd: folder,
        stdio: ["ignore", "ignore", "inherit"],
    });
    const stem = `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}`;
    if (!globSync("*.tgz", { cwd: out }).includes(`${stem}.tgz`)) {
        throw new Error(`npm pack wrote no ${stem}.tgz`);
    }
    writeFileSync(join(out, `${stem}.cdx.json`), `${JSON.stringify(billOf(folder, manifest), undefined, 2)}\n`);
    const sha256 = createHash("sha256")
        .update(readFileSync(join(out, `${stem}.tgz`)))
        .digest("hex");
    packed.push({ name: manifest.name, version: manifest.version, sha256 });
}
recording?.write({
    kind: "builds",
    about: packed.map(({ name, version, sha256 }) => ({ name: purl(name, version), digest: { sha256 } })),
    predicate: {
        tool: { name: "release:pack", version: json(join(root, "package.json")).version },
        at: new Date().toISOString(),
        results: packed.map(({ name }) => ({ name, outcome: "passed" })),
    },
});
