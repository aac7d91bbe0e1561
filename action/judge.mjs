// Judges what the action's inputs name, shows the findings in the log and in the job's summary, and leaves reports behind.
// It holds no token: who comments or uploads does so in a job of its own, that runs nothing of the change.
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The lines of an input that say something. */
function lines(name) {
    return (process.env[`INPUT_${name}`] ?? "")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
}

const [command = "scan"] = lines("COMMAND");
if (command !== "scan" && command !== "preview") {
    console.log("::error::the input command must be scan or preview");
    process.exit(2);
}
// A path is never taken for an option.
const args = [...lines("ARGUMENTS"), ...(command === "scan" ? ["--", ...lines("PATHS")] : [])];
const reports = join(process.env["RUNNER_TEMP"], "hardening-reports");
mkdirSync(reports, { recursive: true });

function hardening(options, stdio) {
    const { status } = spawnSync(process.execPath, [process.env["HARDENING"], command, ...options, ...args], { stdio });
    return status ?? 3;
}

// What is printed of others' files is no command to the runner.
const token = randomUUID();
console.log(`::stop-commands::${token}`);
const code = hardening([], "inherit");
console.log(`::${token}::`);
hardening(["--format", "sarif", "--out", join(reports, "hardening.sarif")], "ignore");
const summary = join(reports, "hardening.md");
hardening(["--format", "markdown", "--out", summary], "ignore");
if (existsSync(summary)) {
    appendFileSync(process.env["GITHUB_STEP_SUMMARY"], readFileSync(summary));
}
appendFileSync(process.env["GITHUB_OUTPUT"], `reports=${reports}\n`);
process.exitCode = code;
