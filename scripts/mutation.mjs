// Mutation tests: changes the code in a thousand small ways and runs the tests that reach each change. Fails where more of
// the changes go unnoticed than the threshold allows. The groups and their tests are in mutation/groups.json.
//
//   npm run test:mutation                                    all groups
//   npm run test:mutation -- engine                          one of them
//   npm run test:mutation -- engine policies/engine/run.ts   some of its files, or lines of one (run.ts:10-20)

import { fileURLToPath } from "node:url";

import { Stryker } from "@stryker-mutator/core";

import groups from "./mutation/groups.json" with { type: "json" };

/** What the score is reckoned of; changes that were ignored or did not run are not. */
const SCORED = new Set(["Killed", "Timeout", "Survived", "NoCoverage"]);

const [wanted, ...files] = process.argv.slice(2);
if (wanted !== undefined && !Object.hasOwn(groups, wanted)) {
    console.error(`mutation: no group ${JSON.stringify(wanted)}; the groups are ${Object.keys(groups).join(", ")}`);
    process.exit(2);
}

for (const [group, { mutate, spec, ignoreStatic = false }] of Object.entries(groups)) {
    if (wanted === undefined || wanted === group) {
        const report = `.cache/mutation/${group}${files.length > 0 ? "-part" : ""}`;
        const mutants = await new Stryker({
            mutate: files.length > 0 ? files : mutate,
            plugins: [fileURLToPath(new URL("mutation/mocha-runner.mjs", import.meta.url))],
            testRunner: "mocha",
            testRunnerNodeArgs: ["--import=tsx", "--conditions=@x0tta6bl4/source"],
            mochaOptions: { spec },
            coverageAnalysis: "perTest",
            ignoreStatic,
            // tsx checks none, and a test compares a file with what makes it.
            disableTypeChecks: false,
            concurrency: 2,
            ignorePatterns: ["dist", ".cache", "coverage"],
            cleanTempDir: "always",
            tempDirName: `.cache/mutation/sandbox-${group}`,
            reporters: ["clear-text", "html", "json"],
            clearTextReporter: { allowColor: process.stdout.isTTY, logTests: false, reportTests: false },
            htmlReporter: { fileName: `${report}.html` },
            jsonReporter: { fileName: `${report}.json` },
            thresholds: { high: 95, low: 90, break: 90 },
        }).runMutationTest();
        // Of none, the score is no number, which Stryker takes for one above the threshold.
        if (!mutants.some(({ status }) => SCORED.has(status))) {
            console.error(
                `mutation: nothing that tests could notice in ${(files.length > 0 ? files : mutate).join(", ")}`,
            );
            process.exitCode = 1;
        }
    }
}
