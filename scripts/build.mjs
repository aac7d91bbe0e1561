// Builds the command-line tool into dist/hardening.js, and the process it runs a program in into dist/program-host.js.
// Run by `npm ci` through the script "prepare".
import { rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// What launchers kept of earlier builds.
rmSync(join(root, "dist/.cache/hardening"), { recursive: true, force: true });

await build({
    absWorkingDir: root,
    entryPoints: {
        hardening: join(root, "hardening/cli/process.ts"),
        "program-host": join(root, "hardening/sources/program/host.ts"),
    },
    outdir: join(root, "dist"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    sourcemap: true,
    sourcesContent: false,
    legalComments: "none",
    logLevel: "warning",
    // The SDK finds itself, its plugins and the program's modules by path; a copy inside the bundle would be a second SDK.
    external: [...builtinModules, "@pulumi/*", "typescript", "ts-node", "tsx"],
});
