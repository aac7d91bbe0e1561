import assert from "node:assert/strict";

import type { Control } from "../../../policies/engine/control";
import { objectControl } from "../../../policies/engine/control";
import { IDS } from "../../../policies/engine/ids";
import { byName, idOf, namesOf } from "../../../policies/engine/names";
import { idsModule, withIds } from "../../../policies/engine/numbering";
import { selectControls } from "../../../policies/engine/profiles";
import { parseWaivers } from "../../../policies/engine/waivers";

const FIRST = Object.entries(IDS)[0] ?? ["", ""];

/** A control that was called otherwise when it got its id. */
const renamed: Control = objectControl({
    name: "no-new-name",
    aliases: [FIRST[1], "no-old-name"],
    description: "No object is bad.",
    why: "Bad objects do bad things.",
    severity: "low",
    covers: [],
    frameworks: [],
    remediation: "Be good.",
    profiles: [],
    kinds: ["Pod"],
    check: () => [],
});

describe("the names of a control", () => {
    it("are its own, its id and those it had before, and no other", () => {
        const nameOf = namesOf([renamed]);
        for (const given of ["no-new-name", "no-old-name", FIRST[1], FIRST[0]]) {
            assert.equal(nameOf(given), "no-new-name", given);
        }
        for (const given of ["", "constructor", "XSF-9999", "no-other"]) {
            assert.equal(nameOf(given), undefined, given);
        }
    });

    it("keep the id through a rename", () => {
        assert.equal(idOf(renamed), FIRST[0]);
        assert.deepEqual(withIds(IDS, [renamed]), IDS);
    });

    it("all serve in a waiver and in a configuration", () => {
        const entry = (control: string) =>
            `waivers:\n  - {control: ${control}, object: Pod a/b, reason: r, owner: o, ticket: T-1, expires: "2026-05-01"}\n`;
        for (const given of ["no-old-name", FIRST[0]]) {
            assert.equal(parseWaivers(entry(given), "w.yaml", [renamed])[0]?.control, "no-new-name");
            const [selected] = selectControls([renamed], "baseline", { [given]: "advisory" });
            assert.deepEqual([selected?.control.name, selected?.enforcement], ["no-new-name", "advisory"]);
        }
    });

    it("set a control to one thing: two that contradict each other in a configuration are refused", () => {
        const by = (level: string) => ({ "no-old-name": "mandatory", [FIRST[0]]: level });
        assert.throws(() => selectControls([renamed], "baseline", by("disabled"), "c.json"), {
            faults: [`c.json: sets a control to different things: no-old-name and ${FIRST[0]}`],
        });
        assert.equal(selectControls([renamed], "baseline", by("mandatory")).length, 1);
    });

    it("are each the own name of a control before a former one of another", () => {
        const other = { ...renamed, name: "no-old-name", aliases: [] };
        for (const registry of [
            [renamed, other],
            [other, renamed],
        ]) {
            assert.equal(namesOf(registry)("no-old-name"), "no-old-name");
            assert.equal(namesOf(registry)("no-new-name"), "no-new-name");
        }
    });

    it("lead to an id by the name in hand or the first former one that has one", () => {
        const ids = byName({ "XSF-0001": "first", "XSF-0002": "second" });
        assert.deepEqual(
            [...ids],
            [
                ["first", "XSF-0001"],
                ["second", "XSF-0002"],
            ],
        );
        assert.equal(idOf({ name: "second" }, ids), "XSF-0002");
        assert.equal(idOf({ name: "third", aliases: ["none", "first", "second"] }, ids), "XSF-0001");
        assert.equal(idOf({ name: "second", aliases: ["first"] }, ids), "XSF-0002");
        assert.equal(idOf({ name: "third" }, ids), undefined);
    });
});

describe("the ids of controls", () => {
    const named = (name: string, ...aliases: readonly string[]): Control => ({ ...renamed, name, aliases });

    it("go on from the last where a control has none, in the order of the registry", () => {
        const ids = { "XSF-0001": "first", "XSF-0002": "gone" };
        assert.deepEqual(withIds(ids, [named("new"), named("renamed", "first"), named("newer", "never")]), {
            "XSF-0001": "first",
            "XSF-0002": "gone",
            "XSF-0003": "new",
            "XSF-0004": "newer",
        });
        assert.deepEqual(withIds(ids, [named("first")]), ids);
        assert.deepEqual(withIds({}, [{ ...renamed, name: "only", aliases: undefined }]), { "XSF-0001": "only" });
        const many = Object.fromEntries(Array.from({ length: 9999 }, (_, at) => [`XSF-${at}`, `c${at}`]));
        assert.equal(withIds(many, [named("new")])["XSF-10000"], "new");
    });

    it("are written as a module of one line each", () => {
        assert.equal(
            idsModule({ "XSF-0001": "first", "XSF-0002": "second" }),
            `/**
 * The id of each control, under the name it had when it was added. An id is given once: the line of a control that is
 * renamed or gone stays as it is. \`npm run controls:doc\` adds the lines of new ones.
 */
export const IDS: Readonly<Record<string, string>> = {
    "XSF-0001": "first",
    "XSF-0002": "second",
};
`,
        );
    });
});
