import assert from "node:assert/strict";

import { drawing } from "../../../hardening/paths/drawing";
import type { PathsReport } from "../../../hardening/paths/report";

describe("the drawing of no path", () => {
    it("is as wide as its sentence, in which names may be long", () => {
        const to = `pod:${"a".repeat(63)}/${"b".repeat(63)}`;
        const report = { paths: [], from: "the Internet", to } as unknown as PathsReport;
        const picture = drawing(report, "title");
        const width = Number(/viewBox="0 0 (\d+) /.exec(picture)?.[1]);
        const [, left = "", sentence = ""] = /<text x="(\d+)" y="\d+">([^<]*)</.exec(picture) ?? [];
        assert.equal(sentence, `No path from the Internet to ${to}.`);
        // 0.6 of 12 px a character.
        assert.ok(width >= Number(left) + sentence.length * 7.2, `${width} px for ${sentence.length} characters`);
    });
});
