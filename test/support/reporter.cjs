const { appendFileSync } = require("node:fs");
const { reporters } = require("mocha");

/**
 * Mocha's own spec report. Where TEST_COUNTS names a file, each run also appends a line `passed failed skipped` to it, so
 * that several suites can be summed up.
 */
module.exports = class CountingReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        runner.once("end", () => {
            const file = process.env.TEST_COUNTS;
            if (file !== undefined && file !== "") {
                const { passes, failures, pending } = this.stats;
                appendFileSync(file, `${passes} ${failures} ${pending}\n`);
            }
        });
    }
};
