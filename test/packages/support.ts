import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { npm, runProgram } from "../../spiffe/test/support/npm";

export { npm, runProgram };

const ROOT = resolve(__dirname, "../..");

/** A package of packages/, packed: the tarball that would be published. */
export interface Packed {
    readonly tarball: string;
    /** Paths of its files, sorted. */
    readonly files: readonly string[];
    readonly bytes: number;
}

/** A folder of the test's own, outside the checkout; removed when the tests of the suite are over. */
export function scratch(): string {
    const folder = mkdtempSync(join(tmpdir(), "hardening-package-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

/** Builds and packs a package as a release does. */
export async function pack(name: string, folder: string): Promise<Packed> {
    const place = join(folder, `tarball-of-${name}`);
    mkdirSync(place);
    await npm(["pack", "--pack-destination", place], join(ROOT, "packages", name));
    const tarball = join(place, globSync("*.tgz", { cwd: place })[0] ?? assert.fail("npm pack wrote no tarball"));
    const { code, output } = await runProgram("tar", ["--list", "--file", tarball], { cwd: place });
    assert.equal(code, 0, output);
    const files = output.trim().split("\n");
    return {
        tarball,
        files: files.map((path) => path.replace(/^package\//, "")).sort(),
        bytes: statSync(tarball).size,
    };
}

/** Writes files into a folder, by their paths in it. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(join(folder, path), text);
    }
}

/** Makes a project in a folder: its package.json and its files, by their paths. */
export function project(folder: string, files: Readonly<Record<string, string>>, type = "commonjs"): void {
    const manifest = { name: "consumer", version: "1.0.0", private: true, type };
    write(folder, { "package.json": JSON.stringify(manifest), ...files });
}

/** Installs packages into a project as careful people do: without running what they bring, from the cache where it can. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
    await npm(["install", "--ignore-scripts", "--prefer-offline", ...packages], folder);
}

/** The version of a package that the checkout pins. */
export function pinned(name: string): string {
    const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")) as {
        version: string;
    };
    return `${name}@${version}`;
}

/** Holds a tarball against what publint and attw ask of a well-made package. */
export async function assertWellMade(tarball: string): Promise<void> {
    const publint = await runProgram("npx", ["--no-install", "publint", "run", tarball, "--strict"], { cwd: ROOT });
    assert.equal(publint.code, 0, publint.output);
    // Resolution as of Node.js 10 knows no entries; TypeScript calls it obsolete.
    const attw = await runProgram("npx", ["--no-install", "attw", tarball, "--profile", "node16"], { cwd: ROOT });
    assert.equal(attw.code, 0, attw.output);
}

/** Type checks a program in a project that has packages installed, without skipping their declarations. */
export async function assertTyped(folder: string, program: string, type: "commonjs" | "module"): Promise<void> {
    const place = join(folder, `typed-${type}`);
    const settings = { module: "nodenext", target: "es2022", lib: ["es2024"], strict: true, noEmit: true };
    const compilerOptions = { ...settings, types: ["node"] };
    project(place, { "index.ts": program, "tsconfig.json": JSON.stringify({ compilerOptions }) }, type);
    const tsc = require.resolve("typescript/bin/tsc");
    const { code, output } = await runProgram(process.execPath, [tsc, "-p", "."], { cwd: place });
    assert.equal(code, 0, output);
}
