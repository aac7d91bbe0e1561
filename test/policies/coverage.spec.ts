import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { controls } from "../../policies/controls";
import { controlsDocument, parseOutOfScope } from "../../policies/engine/document";
import { factsOf } from "../../policies/engine/facts";
import { WAIVER_RULES } from "../../policies/engine/governance";
import { controlsReference } from "../../policies/engine/reference";
import { SLUGS } from "../../policies/engine/slugs";
import { writtenExamples } from "../../scripts/examples";
import { anchorsOf } from "../support/anchors";

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

    describe("docs/controls.md", () => {
        const written = readFileSync(join(ROOT, "docs/controls.md"), "utf8");
        const rules = [...controls, ...Object.values(WAIVER_RULES)];

        it("is what the registry says (npm run controls:doc)", () => {
            assert.ok(written === controlsReference(controls, writtenExamples()), "run npm run controls:doc");
        });

        it("has one anchor for each name, id and former name that a control goes by", () => {
            const anchors = anchorsOf(written);
            const names = rules.flatMap((rule) => [
                rule.name,
                ...factsOf(rule).flatMap(({ anchors: own = [] }) => own),
            ]);
            assert.ok(names.includes("xsf-0001"));
            assert.deepEqual(
                names.filter((name) => anchors.filter((anchor) => anchor === name).length !== 1),
                [],
            );
        });

        it("is where CONTROLS.md leads from each control and each rule for waivers", () => {
            const table = readFileSync(join(ROOT, "policies/CONTROLS.md"), "utf8");
            const links = [...table.matchAll(/\]\(\.\.\/docs\/controls\.md#([^)]+)\)/g)].map(([, anchor]) => anchor);
            assert.deepEqual(links.sort(), rules.map(({ name }) => name).sort());
            const anchors = new Set(anchorsOf(written));
            assert.deepEqual(
                links.filter((link = "") => !anchors.has(link)),
                [],
            );
        });

        it("says of each what hardening controls prints, with nothing of it read as Markdown or HTML", () => {
            const [, text = ""] = /\n### no-privileged-containers\n\n([^]*?)\n\n#/.exec(written) ?? [];
            assert.match(
                text,
                /^No container runs privileged\.\n\n- \*\*Id:\*\* <a id="xsf-0001"><\/a>XSF-0001\n- \*\*Why:\*\* /,
            );
            for (const term of ["Remedy", "Severity", "Profiles", "Covers", "Standard", "Admission"]) {
                assert.ok(text.includes(`\n- **${term}:** `), term);
            }
            const prose = written.replace(/<a id="[\w-]+"><\/a>|<!--.*-->|`+ .* `+/g, "");
            assert.deepEqual(prose.match(/(?<!\\)<.*/g), null);
        });
    });
});
