// Collects what evidence can be had on this machine, and says what it proves: npm run evidence [-- STACK…]
// Runs the unit tests and the scanners, and reports on each stack. What they leave open is printed, a line a row.
import { spawnSync } from "node:child_process";
import { globSync, rmSync } from "node:fs";

const FOLDER = "evidence";
const named = process.argv.slice(2);
const stacks = named.length > 0 ? named : globSync("Pulumi.*.yaml").map((file) => file.split(".")[1]);

/** Runs a command that is shown; its exit code, null where it was ended. */
function run(command, args) {
    process.stderr.write(`== ${[command, ...args].join(" ")}\n`);
    const env = { ...process.env, EVIDENCE: FOLDER };
    return spawnSync(command, args, { stdio: "inherit", env }).status;
}

// Statements of a former run are about other files, or are repeated by this one.
rmSync(FOLDER, { recursive: true, force: true });
// Open rows, an exit code of 1, are what the report is there to show.
const wanted = [
    { args: ["test"], well: [0] },
    { args: ["run", "security"], well: [0] },
    ...stacks.sort().map((stack) => ({
        args: ["exec", "--", "hardening", "report", "--stack", stack, "--evidence", FOLDER, "--out", "/dev/null"],
        well: [0, 1],
    })),
];
const failed = wanted.filter(({ args, well }) => !well.includes(run("npm", args)));
for (const { args } of failed) {
    process.stderr.write(`failed: npm ${args.join(" ")}\n`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
