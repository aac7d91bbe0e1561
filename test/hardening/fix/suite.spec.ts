import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { evaluate } from "../../../hardening/evaluate";
import type { Mending } from "../../../hardening/fix/fix";
import { mend } from "../../../hardening/fix/fix";
import { parseManifest } from "../../../hardening/sources/manifests";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { TODAY } from "../../support/cli";
import { suite } from "../../support/suites";

const { folder, missing } = suite("gatekeeper");
const selected = selectControls(controls, "all");
const options = { selected, waivers: [], now: TODAY, also: new Set(selected.map(({ control }) => control.name)) };

interface Source {
    readonly source: string;
    readonly text: string;
}

/** The suite's manifests, which people wrote; what can't be read is not for `fix`. */
function sources(): readonly Source[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => ({ source: file, text: readFileSync(join(folder, file), "utf8") }))
        .filter(({ source, text }) => parseManifest(source, Buffer.from(text)).failures.length === 0);
}

describe(`hardening fix over the Gatekeeper suite${missing === undefined ? "" : ` (skipped: ${missing})`}`, function () {
    this.timeout(120_000);
    let files: readonly Source[];
    let mending: Mending;

    before(function () {
        if (missing !== undefined) {
            this.skip();
        }
        files = sources();
        mending = mend(files, options);
    });

    it("puts right every finding that has a remedy, and refuses none", () => {
        assert.ok(files.length > 200, `${files.length} files`);
        assert.deepEqual(mending.failures, []);
        assert.deepEqual(
            mending.files.flatMap(({ refused }) => refused),
            [],
        );
        const resources = mending.files.flatMap(({ source, after }) => {
            const read = parseManifest(source, Buffer.from(after));
            assert.deepEqual(read.failures, [], source);
            return read.resources;
        });
        const { findings } = evaluate([resources], options);
        assert.deepEqual(
            findings.filter(({ fix }) => fix !== undefined).map(({ source, message }) => `${source}: ${message}`),
            [],
        );
    });

    it("keeps the comments of what it does not take out", () => {
        const comments = (text: string) => [...text.matchAll(/(?:^|\s)(#.*)$/gm)].map(([, comment]) => comment);
        const lost = mending.files.flatMap(({ source, before, after }) =>
            comments(before)
                .filter((comment) => !comments(after).includes(comment))
                .map((comment) => `${source}: ${comment}`),
        );
        assert.deepEqual(lost, []);
    });

    it("does the same with the line ends of Windows", () => {
        const windows = (text: string) => text.replaceAll(/\r?\n/g, "\r\n");
        const other = mend(
            files.map(({ source, text }) => ({ source, text: windows(text) })),
            options,
        );
        assert.deepEqual(
            other.files.map(({ after }) => after),
            mending.files.map(({ after }) => windows(after)),
        );
    });
});
