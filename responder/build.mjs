// Bundles the responder into one file, responder/dist/responder.mjs, so that its image holds Node.js and nothing else.
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const folder = dirname(fileURLToPath(import.meta.url));

await build({
    absWorkingDir: folder,
    entryPoints: [join(folder, "src/main.ts")],
    outfile: join(folder, "dist/responder.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    conditions: ["@x0tta6bl4/source"],
    legalComments: "none",
    logLevel: "warning",
    external: builtinModules,
    // CommonJS dependencies call require() for Node's own modules.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
});
