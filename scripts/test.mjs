// Runs the unit tests in two processes side by side, so that a machine with two cores uses both. The tests of the tool wait
// for the programs they start, the others for nothing, which is why the line is drawn there. Arguments go to both mochas.
// Prints the second's report when the first has ended; exits with 1 if either failed.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const mocha = fileURLToPath(new URL("../node_modules/mocha/bin/mocha.js", import.meta.url));
const tool = ["test/hardening/**/*.spec.ts"];
const others = ["test/**/*.spec.ts", "{spiffe,probe,responder}/test/**/*.spec.ts"];
const slow = ["test/{cluster,engine,interop,packages,schemas}/**", "**/*.integration.spec.ts"];

/** One mocha over the files of `patterns` without those of `ignored`; its output and whether it passed. */
function run(patterns, ignored, output) {
    const ignores = ignored.flatMap((pattern) => ["--ignore", pattern]);
    const child = spawn(process.execPath, [mocha, ...patterns, ...ignores, ...process.argv.slice(2)], {
        stdio: ["ignore", output, output],
        env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
    });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (chunk) => chunks.push(chunk));
    }
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve({ passed: code === 0, text: () => Buffer.concat(chunks) }));
    });
}

const second = run(others, [...slow, ...tool], "pipe");
const first = await run(tool, slow, "inherit");
const rest = await second;
process.stdout.write(rest.text());
process.exitCode = first.passed && rest.passed ? 0 : 1;
