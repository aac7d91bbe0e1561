import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

import { apiReports, reportFile } from "./api.js";

describe("The public surface", function () {
    this.timeout(300_000);
    let reports: ReturnType<typeof apiReports>;

    before(() => {
        reports = apiReports();
    });

    it("is what spiffe/api says; a wanted change is written there by: npm run spiffe:api", () => {
        const files = Array.from(reports.keys(), reportFile);
        assert.deepEqual(readdirSync(dirname(files[0] ?? "")).sort(), files.map((file) => basename(file)).sort());
        for (const [entry, report] of reports) {
            assert.equal(report, readFileSync(reportFile(entry), "utf8"), entry.name);
        }
    });

    it("says of every name what it is for", () => {
        for (const [{ name }, report] of reports) {
            const silent = Array.from(report.matchAll(/^## (\S+)\n\n```ts$/gm), ([, of]) => of);
            assert.deepEqual(silent, [], name);
            const names = report.match(/^## \S+$/gm) ?? [];
            assert.ok(names.length > 0 && new Set(names).size === names.length, name);
        }
    });

    it("has neither a DER reader nor other inner parts", () => {
        const text = Array.from(reports.values()).join("\n");
        assert.doesNotMatch(
            text,
            /^(class|function|const|interface) (Der|openDer|soleDer|Tag|sessionGroup|parsePrivateKey)\b/m,
        );
        assert.match(text, /^function idFromCertificate\(/m);
        assert.match(text, /^const HANDSHAKE_FAILURE_REASONS\b/m);
    });
});
