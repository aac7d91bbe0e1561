import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { controls } from "../../policies/controls";
import { controlsDocument, parseOutOfScope } from "../../policies/engine/document";
import { SLUGS } from "../../policies/engine/slugs";

const ROOT = join(__dirname, "..", "..");

describe("the coverage of the registry", () => {
    it("answers for every slug of the field, or says why not", () => {
        const outOfScope = parseOutOfScope(readFileSync(join(ROOT, "policies/OUT_OF_SCOPE.md"), "utf8"));
        const covered = new Set(controls.flatMap(({ covers }) => covers));
        const open = Object.keys(SLUGS).filter((slug) => !covered.has(slug) && !outOfScope.has(slug));
        const both = [...outOfScope.keys()].filter((slug) => covered.has(slug) || !Object.hasOwn(SLUGS, slug));
        assert.deepEqual({ open, both }, { open: [], both: [] });
        for (const [slug, reason] of outOfScope) {
            assert.ok(reason.length > 20, `${slug}: "${reason}" is no reason`);
        }
    });

    it("is what CONTROLS.md says (npm run controls:doc)", () => {
        const outOfScope = parseOutOfScope(readFileSync(join(ROOT, "policies/OUT_OF_SCOPE.md"), "utf8"));
        const written = readFileSync(join(ROOT, "policies/CONTROLS.md"), "utf8");
        assert.ok(written === controlsDocument(controls, outOfScope), "run npm run controls:doc");
    });
});
