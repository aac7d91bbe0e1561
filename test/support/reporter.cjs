const { appendFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters } = require("mocha");

/**
 * Mocha's own spec report. Where TEST_COUNTS names a file, each run also appends a line `passed failed skipped` to it, so
 * that several suites can be summed up; where TEST_RESULTS does, each test appends its result to it as a line of JSON, which
 * `hardening report --tests` reads.
 */
module.exports = class RecordingReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        const counts = process.env.TEST_COUNTS || undefined;
        const results = process.env.TEST_RESULTS || undefined;
        if (counts !== undefined) {
            runner.once("end", () => {
                const { passes, failures, pending } = this.stats;
                appendFileSync(counts, `${passes} ${failures} ${pending}\n`);
            });
        }
        if (results !== undefined) {
            const record = (passed) => (test) => {
                const file = relative(process.cwd(), test.file ?? "");
                appendFileSync(results, `${JSON.stringify({ test: `${file}: ${test.fullTitle()}`, passed })}\n`);
            };
            runner.on("pass", record(true));
            runner.on("fail", record(false));
        }
    }
};
