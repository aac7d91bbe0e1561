import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

import { html } from "../../../hardening/formats/html";
import { withFiles } from "../../support/files";
import { finding, runOf, textOf, WAIVED } from "../../support/run";

const BROWSER = ["chromium", "chromium-browser", "google-chrome"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
);

describe("the HTML report in a browser", () => {
    const reason = BROWSER === undefined ? " (skipped: no Chromium on PATH)" : "";

    it(`runs its own script under its own policy and counts what it shows${reason}`, async function () {
        if (BROWSER === undefined) {
            this.skip();
        }
        this.timeout(60_000);
        await withFiles({}, (folder) => {
            const page = `${folder}/report.html`;
            writeFileSync(page, textOf(html, runOf([finding(), finding(WAIVED), finding({ name: "</script>" })])));
            const args = [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                `--user-data-dir=${folder}/profile`,
                "--dump-dom",
            ];
            const { stdout, status } = spawnSync(BROWSER, [...args, `file://${page}`], { encoding: "utf8" });
            assert.equal(status, 0);
            assert.match(stdout, /<output aria-live="polite">3 of 3<\/output>/);
            assert.match(stdout, /<h3>Deployment prod\/&lt;\/script&gt;<\/h3>/);
        });
    });
});
