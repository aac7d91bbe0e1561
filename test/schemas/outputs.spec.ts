import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { argoCd, withOutput } from "../../scripts/outputs";

describe("the document of outputs", function () {
    // The module may have to be fetched.
    this.timeout(300_000);

    it("shows what is printed today of Argo CD's manifest (npm run outputs:doc)", async () => {
        const text = readFileSync("docs/outputs.md", "utf8");
        assert.equal(withOutput(text, "argo-cd", await argoCd()), text);
    });
});
