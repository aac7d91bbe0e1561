import { strict as assert } from "node:assert";

import { objectControl } from "../../../policies/engine/control";
import { controlsDocument, parseOutOfScope } from "../../../policies/engine/document";
import { SLUGS } from "../../../policies/engine/slugs";

const control = objectControl({
    name: "no-bad",
    description: "No object is bad | ugly.",
    why: "Bad objects do bad things.",
    severity: "low",
    enforcement: "advisory",
    covers: ["net.nodeport"],
    frameworks: [
        { framework: "cis", id: "5.2.2" },
        { framework: "cis", id: "5.2.3" },
        { framework: "nist", id: "AC-6" },
    ],
    remediation: "Be good.",
    profiles: ["cis"],
    admission: { none: "It needs a look." },
    kinds: ["Pod"],
    check: () => [],
});

describe("controlsDocument", () => {
    let lines: readonly string[];

    before(() => {
        const outOfScope = new Map([["pod.privileged", "a reason for it"]]);
        lines = controlsDocument([control], outOfScope, { "XSF-0007": "no-bad" }).split("\n");
    });

    it("has a row for each control, under the family of its first slug", () => {
        const row = lines.indexOf(
            "| XSF-0007 | [`no-bad`](../docs/controls.md#no-bad) | No object is bad \\| ugly. | low, advisory | cis | cis 5.2.2, 5.2.3; nist AC-6 | no: It needs a look. |",
        );
        assert.ok(row > 0);
        assert.equal(
            lines.findLast((line, index) => index < row && line.startsWith("## ")),
            "## Network",
        );
    });

    it("says for each slug which controls answer for it, or why none does", () => {
        assert.ok(lines.includes("| `net.nodeport` | NodePort Services | `no-bad` |"));
        assert.ok(lines.includes("| `pod.privileged` | containers that run privileged | none: a reason for it |"));
        assert.ok(
            lines.includes(
                `Of ${Object.keys(SLUGS).length} things that the field's tools check, 1 are covered and 1 are out of scope for the reason given.`,
            ),
        );
    });

    it("counts the controls of each profile and standard", () => {
        assert.ok(lines.includes("| `cis` | 1 |"));
        assert.ok(lines.includes("| `nsa` | 0 |"));
        assert.ok(
            lines.includes("| [NIST SP 800-53](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final) | Rev. 5 | 1 |"),
        );
    });
});

describe("parseOutOfScope", () => {
    it("reads slugs and reasons", () => {
        assert.deepEqual(
            [...parseOutOfScope("# Title\n\n| Slug | Reason |\n| --- | --- |\n| `a.b` | needs a node |\n")],
            [["a.b", "needs a node"]],
        );
    });

    it("refuses a slug that stands there twice", () => {
        assert.throws(
            () => parseOutOfScope("| `a.b` | x |\n| `a.b` | y |\n"),
            /^Error: OUT_OF_SCOPE\.md: a\.b stands there twice$/,
        );
    });
});
