import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { withFiles } from "./support/files";

interface Manifest {
    readonly name: string;
    readonly version: string;
    readonly private?: boolean;
}

interface Status {
    readonly changesets: readonly { readonly id: string; readonly releases: readonly { readonly name: string }[] }[];
    readonly releases: readonly { readonly name: string; readonly newVersion: string }[];
}

const FOLDER = ".changeset";
const PROGRAM = join(process.cwd(), "node_modules/@changesets/cli/bin.js");
const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: readonly string[] };
const manifests = globSync(workspaces.map((folder) => join(folder, "package.json")));
const published = manifests.map(read).filter((manifest) => manifest.private !== true);

function read(file: string): Manifest {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest;
}

function run(folder: string, program: string, ...args: readonly string[]): void {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, `${stdout}${stderr}`);
}

/** Passes on a repository of its own that holds the manifests of this one, its configuration and some changesets. */
async function inCopy(changesets: Readonly<Record<string, string>>, use: (folder: string) => void): Promise<void> {
    const kept = ["package.json", "package-lock.json", ...manifests, join(FOLDER, "config.json")];
    const files = Object.fromEntries(kept.map((file) => [file, readFileSync(file)]));
    const own = Object.entries(changesets).map(([name, text]) => [join(FOLDER, name), text] as const);
    await withFiles({ ...files, ...Object.fromEntries(own) }, (folder) => {
        const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
        run(folder, "git", "init", "--quiet", "--initial-branch=main");
        run(folder, "git", "add", ".");
        run(folder, "git", ...identity, "commit", "--quiet", "--message=all");
        // It formats what it writes as this repository does.
        symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
        use(folder);
    });
}

function statusOf(folder: string): Status {
    run(folder, process.execPath, PROGRAM, "status", "--output=status.json");
    return JSON.parse(readFileSync(join(folder, "status.json"), "utf8")) as Status;
}

/** What would be released: `name version`, sorted. */
function releases(folder: string): readonly string[] {
    // What is private and depends on it is named too, with the version that it has.
    const rises = ({ name, newVersion }: Status["releases"][number]) =>
        newVersion !== manifests.map(read).find((one) => one.name === name)?.version;
    return statusOf(folder)
        .releases.filter(rises)
        .map(({ name, newVersion }) => `${name} ${newVersion}`)
        .sort();
}

/** What waits for a release and names a package that has none: changesets passes over it without a word. */
function unpublished(folder: string): readonly string[] {
    return statusOf(folder).changesets.flatMap(({ id, releases: named }) =>
        named.filter(({ name }) => !published.some((one) => one.name === name)).map(({ name }) => `${id}: ${name}`),
    );
}

describe("changesets", () => {
    const pending = readdirSync(FOLDER).filter((file) => file.endsWith(".md"));

    it("that wait for a release name packages that are published", async () => {
        const texts = pending.map((file) => [file, readFileSync(join(FOLDER, file), "utf8")]);
        await inCopy(Object.fromEntries(texts) as Record<string, string>, (folder) => {
            assert.deepEqual(unpublished(folder), []);
        });
    });

    it("release every package that is published together, since one tag names the version of all", async () => {
        const text = '---\n"@x0tta6bl4/hardening": minor\n---\n\nJudge what was not judged\n';
        await inCopy({ "some-words.md": text }, (folder) => {
            const next = (name: string): string => {
                const [major, minor] = (published.find((one) => one.name === name)?.version ?? "").split(".");
                return `${name} ${major}.${Number(minor) + 1}.0`;
            };
            assert.deepEqual(releases(folder), published.map(({ name }) => next(name)).sort());
            run(folder, process.execPath, PROGRAM, "version");
            const changes = readFileSync(join(folder, "packages/hardening/CHANGELOG.md"), "utf8");
            assert.match(changes, /^# @x0tta6bl4\/hardening\n[^]*### Minor Changes\n[^]*Judge what was not judged/);
            assert.deepEqual(readdirSync(join(folder, FOLDER)), ["config.json"]);
        });
    });

    it("release no package that isn't published; one that names it is found", async () => {
        const others = manifests.map(read).filter((manifest) => manifest.private === true);
        assert.notEqual(others.length, 0);
        const texts = others.map(({ name }, index) => [`words-${index}.md`, `---\n"${name}": patch\n---\n\nMend it\n`]);
        await inCopy(Object.fromEntries(texts) as Record<string, string>, (folder) => {
            assert.deepEqual(releases(folder), []);
            assert.deepEqual(
                [...unpublished(folder)].sort(),
                others.map(({ name }, index) => `words-${index}: ${name}`),
            );
        });
    });
});
