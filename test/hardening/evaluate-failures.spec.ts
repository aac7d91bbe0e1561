import { strict as assert } from "node:assert";

import { evaluate } from "../../hardening/evaluate";
import type { Failure } from "../../hardening/findings";
import { exitCode, Tally } from "../../hardening/findings";
import { objectControl, stackControl } from "../../policies/engine/control";
import type { Waiver } from "../../policies/engine/waivers";
import { TODAY } from "../support/cli";
import { META, noBad, onePod, pod, selected } from "../support/evaluated";

const broken = objectControl({
    ...META,
    name: "broken",
    kinds: ["Pod"],
    *check({ body }) {
        yield { path: "", message: (body["spec"] as { x: { y: string } }).x.y };
    },
});

function waiver(over: Partial<Waiver>): Waiver {
    return {
        control: "no-bad",
        object: "Pod ns/a",
        reason: "r",
        owner: "o",
        ticket: "t",
        expires: "2026-04-01",
        from: "w.yaml: waivers[0]",
        ...over,
    };
}

describe("a control that throws", () => {
    it("ends with exit code 3 where a control threw, whatever else was found", () => {
        const run = evaluate([[pod("a", { bad: true })]], {
            selected: selected(broken, noBad),
            waivers: [],
            now: TODAY,
        });
        const tally = new Tally();
        run.findings.forEach((found) => tally.add(found));
        const unread: Failure = { source: "a.yaml", message: "does not exist", cause: "input" };
        assert.deepEqual(
            [exitCode(tally, run.failures), exitCode(tally, [unread, ...run.failures]), exitCode(tally, [unread])],
            [3, 3, 2],
        );
        assert.deepEqual([exitCode(tally, []), exitCode(new Tally(), [])], [1, 0]);
    });

    it("turns a control that throws into a failure and runs the rest", () => {
        const { findings, failures } = evaluate([[pod("a", { bad: true })]], {
            selected: selected(broken, noBad),
            waivers: [],
            now: TODAY,
        });
        assert.equal(findings.length, 1);
        assert.deepEqual(failures, [
            {
                source: "test.yaml",
                message: "control broken failed on Pod ns/a: Cannot read properties of undefined (reading 'x')",
                cause: "control",
            },
        ]);
    });

    it("names the source of the object that a control failed on, or of the stack", () => {
        const brokenStack = stackControl({
            ...META,
            name: "broken-stack",
            *check() {
                throw new Error("no way");
            },
        });
        const from = (name: string, source: string) => ({ ...pod(name), source });
        const { failures } = evaluate([[from("a", "first.yaml"), from("b", "second.yaml")], []], {
            selected: selected(broken, brokenStack),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(
            failures.map(({ source, message }) => [source, message.replace(/: .*/, "")]),
            [
                ["first.yaml", "control broken failed on Pod ns/a"],
                ["second.yaml", "control broken failed on Pod ns/b"],
                ["first.yaml", "control broken-stack failed on the stack"],
                ["", "control broken-stack failed on the stack"],
            ],
        );
    });
});

describe("a waiver in an evaluation", () => {
    it("keeps a waived finding, with who answers for it", () => {
        const { findings } = evaluate([[pod("a", { bad: true })]], {
            selected: selected(noBad),
            waivers: [waiver({})],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ status, waiver: grant }) => [status, grant]),
            [["waived", { reason: "r", owner: "o", ticket: "t", expires: "2026-04-01", from: "w.yaml: waivers[0]" }]],
        );
    });

    it("reports a waiver that is expired, unused or granted for too long as a finding of its own", () => {
        const { findings } = evaluate([[pod("a", { bad: true })]], {
            selected: selected(noBad, onePod),
            waivers: [
                waiver({ expires: "2026-02-28" }),
                waiver({ control: "one-pod", from: "w.yaml: waivers[1]" }),
                waiver({ expires: "2027-03-01", from: "w.yaml: waivers[2]" }),
                waiver({ control: "broken", from: "w.yaml: waivers[3]" }),
            ],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ control, status, source, path, name }) => [control, status, source, path, name]),
            [
                ["no-bad", "waived", "test.yaml", "bad", "a"],
                ["waiver-not-expired", "violation", "w.yaml", "waivers[0]", "no-bad for Pod ns/a"],
                ["waiver-in-use", "violation", "w.yaml", "waivers[1]", "one-pod for Pod ns/a"],
                ["waiver-within-ceiling", "violation", "w.yaml", "waivers[2]", "no-bad for Pod ns/a"],
            ],
        );
    });
});
