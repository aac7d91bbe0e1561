import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import type { Control, ControlMeta } from "../../policies/engine/control";
import { objectControl } from "../../policies/engine/control";
import { IDS } from "../../policies/engine/ids";
import { idsModule, withIds } from "../../policies/engine/numbering";
import { controls } from "../../policies/controls";
import { withFiles } from "../support/files";
import type { ControlFiles } from "../support/registry";
import { registryFaults } from "../support/registry";

const ROOT = join(__dirname, "..", "..");

/** Files below a folder by their name without ending; indexes and shared helpers are not controls. */
function filesBelow(folder: string, ending: string): ReadonlyMap<string, string> {
    const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
    return new Map(
        entries
            .filter((entry) => entry.endsWith(ending) && basename(entry) !== "index.ts")
            .map((entry) => [basename(entry, ending), join(folder, entry)]),
    );
}

/** A file that exports no control is a helper of its area. */
function controlFiles(): ControlFiles {
    const sources = filesBelow(join(ROOT, "policies/controls"), ".ts");
    return {
        sources: new Map(
            [...sources].filter(([, file]) =>
                /^export const \w+(: ObjectControl| = \w*Control\()/m.test(readFileSync(file, "utf8")),
            ),
        ),
        specs: filesBelow(join(ROOT, "test/policies/controls"), ".spec.ts"),
    };
}

describe("the registry of controls", () => {
    it("has an id for every control, each once, under a name that the control has or had", () => {
        assert.deepEqual(withIds(IDS, controls), IDS, "run npm run controls:doc");
        const names = Object.values(IDS);
        assert.equal(new Set(names).size, names.length);
        assert.deepEqual(
            Object.keys(IDS),
            names.map((_, index) => `XSF-${String(index + 1).padStart(4, "0")}`),
        );
        assert.equal(readFileSync(join(ROOT, "policies/engine/ids.ts"), "utf8"), idsModule(IDS));
    });

    it("holds only controls that follow the rules", () => {
        assert.deepEqual(registryFaults(controls, controlFiles()), []);
    });
});

describe("the rules for controls", () => {
    const sound: ControlMeta = {
        name: "no-bad",
        description: "No object is bad.",
        why: "Bad objects do bad things.",
        severity: "medium",
        covers: ["pod.privileged"],
        frameworks: [{ framework: "cis", id: "5.2.2" }],
        remediation: "Be good.",
        profiles: ["cis"],
    };
    const control = (over: Partial<ControlMeta> = {}): Control =>
        objectControl({ ...sound, ...over, kinds: ["Pod"], check: () => [] });
    const SPEC = 'it("refuses a bad object", f); it("allows a good one", f);';

    function faultsOf(registry: readonly Control[], spec = SPEC) {
        return withFiles({ "no-bad.spec.ts": spec }, (folder) =>
            registryFaults(registry, {
                sources: new Map(registry.map(({ name }) => [name, ""])),
                specs: new Map([["no-bad", join(folder, "no-bad.spec.ts")]]),
            }),
        );
    }

    it("let a sound control pass", async () => {
        assert.deepEqual(await faultsOf([control()]), []);
    });

    const broken: readonly [what: string, over: Partial<ControlMeta>, fault: string][] = [
        [
            "a description of two sentences",
            { description: "One thing here. Another there." },
            "description is not one sentence",
        ],
        ["a description without full stop", { description: "No object is bad" }, "description is not one sentence"],
        ["a reason that is none", { why: "Bad." }, "why is not one sentence"],
        ["a remedy without full stop", { remediation: "Be good" }, "remediation does not end in a full stop"],
        ["an unknown slug", { covers: ["pod.privilege"] }, 'covers "pod.privilege", which is no slug'],
        ["a slug named twice", { covers: ["pod.privileged", "pod.privileged"] }, "covers a slug twice"],
        ["no standard", { enforcement: "advisory", frameworks: [] }, "refers to no standard"],
        [
            "a misnumbered standard",
            { frameworks: [{ framework: "cis", id: "9.9" }] },
            'cis "9.9" is not how that standard numbers',
        ],
        [
            "a technique that is none",
            { enforcement: "advisory", frameworks: [{ framework: "mitre", id: "1610" }] },
            'mitre "1610" is not how that standard numbers',
        ],
        ["a profile that is none", { profiles: ["cisx" as "cis"] }, 'profile "cisx" is not known'],
        ["a trifle that is mandatory", { severity: "low" }, "is mandatory although its severity is low"],
        [
            "what is mandatory because of a catalogue of threats",
            { frameworks: [{ framework: "mitre", id: "T1610" }] },
            "is mandatory although neither pss, cis, nsa nor the checklist asks for it",
        ],
        ["including nothing", { includes: ["no-worse"] }, 'includes "no-worse", which is no other control'],
        ["superseding nothing", { supersedes: ["no-worse"] }, 'supersedes "no-worse", which is no other control'],
    ];
    for (const [what, over, fault] of broken) {
        it(`refuse ${what}`, async () => {
            assert.deepEqual(await faultsOf([control(over)]), [`no-bad: ${fault}`]);
        });
    }

    it("refuse a name that is not kebab-case or has no file", () => {
        assert.deepEqual(registryFaults([control({ name: "noBad" })], { sources: new Map(), specs: new Map() }), [
            "noBad: the name is not kebab-case",
            "noBad: stands in no file of its name",
        ]);
    });

    it("refuse a name that is taken twice", async () => {
        assert.deepEqual(await faultsOf([control(), control()]), ["no-bad: the name is taken twice"]);
    });

    it("refuse a former name that another control has or had", () => {
        const files = {
            sources: new Map([
                ["no-bad", ""],
                ["no-worse", ""],
            ]),
            specs: new Map(),
        };
        const other = control({ name: "no-worse", aliases: ["no-bad", "no-ill"] });
        const faults = registryFaults([control({ aliases: ["no-ill"] }), other], files);
        assert.deepEqual(
            faults.filter((fault) => fault.includes("former")),
            [
                'no-worse: its former name "no-bad" stands for another control',
                'no-worse: its former name "no-ill" stands for another control',
            ],
        );
    });

    it("refuse a file that the registry does not hold", () => {
        assert.deepEqual(registryFaults([], { sources: new Map([["no-worse", "x"]]), specs: new Map() }), [
            "no-worse: its file is there, but the registry does not hold it",
        ]);
    });

    it("refuse a control without a spec, or with one that shows only one side", async () => {
        assert.deepEqual(registryFaults([control()], { sources: new Map([["no-bad", "x"]]), specs: new Map() }), [
            "no-bad: has no spec",
        ]);
        assert.deepEqual(await faultsOf([control()], 'it("refuses a bad object", f)'), [
            "no-bad: its spec shows no allowed case",
        ]);
        assert.deepEqual(await faultsOf([control()], 'it("allows a good object", f)'), [
            "no-bad: its spec shows no refused case",
        ]);
    });
});
