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
    const words = [process.env["HARDENING"], command, ...options, ...args];
    const { status, stderr } = spawnSync(process.execPath, words, { stdio });
    return { status: status ?? 3, stderr };
}

// What is printed of others' files is no command to the runner.
const token = randomUUID();
console.log(`::stop-commands::${token}`);
const { status: code } = hardening([], "inherit");
const files = { sarif: join(reports, "hardening.sarif"), markdown: join(reports, "hardening.md") };
const faults = Object.entries(files).flatMap(([format, file]) => {
    const { status, stderr } = hardening(["--format", format, "--out", file], ["ignore", "ignore", "pipe"]);
    if (status === code) {
        return [];
    }
    // It has not said in the log yet what is wrong with this one.
    process.stderr.write(stderr ?? "");
    return [`::error::the run for the ${format} report ended with ${status}, the one shown in the log with ${code}`];
});
console.log(`::${token}::`);
faults.forEach((line) => console.log(line));
if (existsSync(files.markdown)) {
    appendFileSync(process.env["GITHUB_STEP_SUMMARY"], readFileSync(files.markdown));
}
appendFileSync(process.env["GITHUB_OUTPUT"], `reports=${reports}\n`);
// Without its reports a clean run fails too: whoever uploads them would show an older one, or none.
process.exitCode = code === 0 && faults.length > 0 ? 2 : code;
