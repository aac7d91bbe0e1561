import { strict as assert } from "node:assert";

import type { Finding } from "../../../hardening/findings";
import { scrubbed } from "../../../hardening/preview/judge";
import { finding, WAIVED } from "../../support/run";

/** A secret that JSON writes otherwise than it is. */
const SECRET = 'correct "horse"\nbattery';

describe("findings about a stack with secrets", () => {
    it("hold none of them, whether as value, as key or in a remedy", () => {
        const text = `a ${SECRET} b`;
        const spilt = finding({
            ...{ type: text, kind: text, namespace: text, name: text, urn: text, path: text, message: text },
            ...{ container: text, owner: text },
            fix: [{ op: "add", path: `/metadata/labels/${SECRET}`, value: { [text]: [text, 1, null, true] } }],
        });
        const clean = scrubbed(spilt, new Set([SECRET]));
        const seen: string[] = [];
        JSON.stringify(clean, (key, value: unknown) => {
            seen.push(key, ...(typeof value === "string" ? [value] : []));
            return value;
        });
        assert.deepEqual(
            seen.filter((one) => one.includes(SECRET)),
            [],
        );
        assert.equal(clean.message, "a [secret] b");
    });

    it("keep what the control says of them", () => {
        const own = finding({ ...WAIVED, known: false, safe: true });
        const fields: readonly (keyof Finding)[] = ["source", "control", "severity", "enforcement", "status", "waiver"];
        const clean = scrubbed(own, new Set(["critical", "waived", "mandatory", "SEC-1", "no-privileged"]));
        assert.deepEqual(
            fields.map((field) => clean[field]),
            fields.map((field) => own[field]),
        );
        assert.equal(scrubbed(own, new Set()), own);
    });
});
