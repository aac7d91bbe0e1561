// Builds the package into dist/: ES modules, and beside them what CommonJS needs. Node.js requires ES modules by itself, so that a
// program has one copy of the library whichever way it loads it; only TypeScript wants declarations of its own for CommonJS.
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";

const root = import.meta.dirname;
const dist = join(root, "dist");
const commonjs = join(dist, "cjs");

rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });

for (const file of globSync("**/*.d.ts", { cwd: dist })) {
    cpSync(join(dist, file), join(commonjs, file));
}
writeFileSync(join(commonjs, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const entry of Object.values(exports)) {
    if (typeof entry === "object") {
        const file = join(root, entry.require.default);
        mkdirSync(dirname(file), { recursive: true });
        const target = relative(dirname(file), join(root, entry.import.default));
        writeFileSync(file, `"use strict";\nmodule.exports = require("${target}");\n`);
    }
}
cpSync(join(root, "..", "LICENSE"), join(root, "LICENSE"));
