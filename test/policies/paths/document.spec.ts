import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { withTable } from "../../../policies/paths/document";
import { EDGE_FAMILIES } from "../../../policies/paths/edges";

const TEXT = readFileSync(join(__dirname, "..", "..", "..", "docs", "attack-paths.md"), "utf8");

describe("docs/attack-paths.md", () => {
    it("says of every edge what it is, as the families do", () => {
        assert.equal(withTable(TEXT), TEXT, "run npm run paths:doc");
    });

    it("names only edges that there are beside those of other tools", () => {
        const names = new Set(EDGE_FAMILIES.map(({ name }) => name));
        const rows = (TEXT.split("## Beside other tools")[1] ?? "").split("\n").filter((line) => line.startsWith("| "));
        const named = rows.flatMap((row) => [...row.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, name]) => name ?? ""));
        assert.ok(named.length > 40);
        assert.deepEqual(
            named.filter((name) => !names.has(name)),
            [],
        );
    });
});
