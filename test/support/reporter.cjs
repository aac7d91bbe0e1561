const { appendFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters } = require("mocha");
const { version } = require("mocha/package.json");

const { Recording } = require("../../hardening/evidence/write.ts");

/**
 * Mocha's own spec report. Where TEST_COUNTS names a file, each run also appends a line `passed failed skipped` to it, so
 * that several suites can be summed up; where EVIDENCE names a folder, each run adds a statement of its results to it, which
 * `hardening report --evidence` reads.
 */
module.exports = class RecordingReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        const counts = process.env.TEST_COUNTS || undefined;
        const evidence = process.env.EVIDENCE || undefined;
        if (counts !== undefined) {
            runner.once("end", () => {
                const { passes, failures, pending } = this.stats;
                appendFileSync(counts, `${passes} ${failures} ${pending}\n`);
            });
        }
        if (evidence !== undefined) {
            recordResults(runner, evidence);
        }
    }
};

/** A test that is skipped has no result. */
function recordResults(runner, folder) {
    const recording = new Recording(process.cwd(), folder);
    const results = [];
    const record = (outcome) => (test) =>
        results.push({ name: `${relative(process.cwd(), test.file ?? "")}: ${test.fullTitle()}`, outcome });
    runner.on("pass", record("passed"));
    runner.on("fail", record("failed"));
    runner.once("end", () => {
        if (results.length === 0) {
            return;
        }
        const predicate = { tool: { name: "mocha", version }, at: new Date().toISOString(), results };
        try {
            recording.write({ kind: "tests", predicate });
        } catch (error) {
            // The tests are what they are; that they prove nothing has to be seen.
            process.stderr.write(`${error.message}\n`);
        }
    });
}
