import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { CLOSING_REASONS, HANDSHAKE_FAILURE_REASONS } from "../src/index.js";

const SOURCES = join(import.meta.dirname, "../src");
const PAGE = join(import.meta.dirname, "../../docs/spiffe.md");

/** Where an error is made, and the code it is made with. */
const MAKERS = /(?:new \w*Error|super|refusal|refuse)\(\s*"(?<code>[a-z_]+)"/g;

describe("The error codes", () => {
    it("all stand in the page that lists them", () => {
        const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
            (file) => file.endsWith(".ts") && !/(^|\/)(gen|spire)\//.test(file),
        );
        const made = files.flatMap((file) =>
            [...readFileSync(join(SOURCES, file), "utf8").matchAll(MAKERS)].map(
                (match) => match.groups?.["code"] ?? "",
            ),
        );
        // An ordinary error with one word, no code.
        const codes = new Set(
            [...made, ...HANDSHAKE_FAILURE_REASONS, ...CLOSING_REASONS].filter((code) => code !== "aborted"),
        );
        assert.ok(codes.size > 60, `only ${codes.size} found`);
        const page = readFileSync(PAGE, "utf8");
        const table = page.slice(page.indexOf("## Error codes"));
        // As every gRPC status is: it is a code of the Workload API as it comes.
        const missing = [...codes].filter((code) => code !== "deadline_exceeded" && !table.includes(`\`${code}\``));
        assert.deepEqual(missing, []);
    });
});
