// Runs the unit tests in two processes side by side, so that a machine with two cores uses both. The tests of the tool wait
// for the programs they start, the others for nothing, which is why the line is drawn there. Arguments go to both mochas.
// Prints the second's report when the first has ended; exits with 1 if either failed.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import suites from "./suites.json" with { type: "json" };

const mocha = fileURLToPath(new URL("../node_modules/mocha/bin/mocha.js", import.meta.url));

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

const { tool, others, slow } = suites;
const second = run(others, [...slow, ...tool], "pipe");
const first = await run(tool, slow, "inherit");
const rest = await second;
process.stdout.write(rest.text());
process.exitCode = first.passed && rest.passed ? 0 : 1;
