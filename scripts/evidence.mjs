// Collects what evidence can be had on this machine, and says what it proves: npm run evidence [-- STACK…]
// Runs the unit tests and the scanners, and reports on each stack. What they leave open is printed, a line a row.
import { spawnSync } from "node:child_process";
import { globSync, rmSync } from "node:fs";

const FOLDER = "evidence";
const named = process.argv.slice(2);
const stacks = named.length > 0 ? named : globSync("Pulumi.*.yaml").map((file) => file.split(".")[1]);

/** Runs a command that is shown; whether it ended well. */
function run(command, args) {
    process.stderr.write(`== ${[command, ...args].join(" ")}\n`);
    const env = { ...process.env, EVIDENCE: FOLDER };
    return spawnSync(command, args, { stdio: "inherit", env }).status === 0;
}

// Statements of a former run are about other files, or are repeated by this one.
rmSync(FOLDER, { recursive: true, force: true });
const failed = [
    ["npm", ["test"]],
    ["npm", ["run", "security"]],
].filter(([command, args]) => !run(command, args));
for (const stack of stacks.sort()) {
    // Open rows are what the report is there to show.
    run("npm", ["exec", "--", "hardening", "report", "--stack", stack, "--evidence", FOLDER, "--out", "/dev/null"]);
}
for (const [command, args] of failed) {
    process.stderr.write(`failed: ${[command, ...args].join(" ")}\n`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
