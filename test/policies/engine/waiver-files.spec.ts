import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseWaivers, stateOf, waiversOf } from "../../../policies/engine/waivers";
import { inputFaults } from "../../support/faults";
import { WAIVABLE } from "../../support/waivers";

const ENTRY = `  - control: no-bad
    object: Deployment prod/api
    reason: The vendor ships the fix in May.
    owner: platform team
    ticket: SEC-1
    expires: 2026-05-31
`;

const PATH = "    path: { from: the Internet, to: a node, hop: by-bridge }\n";

function faultsOf(text: string): readonly string[] {
    return inputFaults(() => parseWaivers(text, "w.yaml", WAIVABLE));
}

describe("parseWaivers", () => {
    it("reads an entry with every field", () => {
        assert.deepEqual(parseWaivers(`waivers:\n${ENTRY}    container: api\n`, "w.yaml", WAIVABLE), [
            {
                control: "no-bad",
                object: "Deployment prod/api",
                container: "api",
                source: undefined,
                path: undefined,
                reason: "The vendor ships the fix in May.",
                owner: "platform team",
                ticket: "SEC-1",
                expires: "2026-05-31",
                from: "w.yaml: waivers[0]",
            },
        ]);
    });

    it("reads the path of a control over attack paths", () => {
        const text = `waivers:\n${ENTRY.replace("no-bad", "no-way")}${PATH}`;
        const [waiver] = parseWaivers(text, "w.yaml", WAIVABLE);
        assert.deepEqual(waiver?.path, { from: "the Internet", to: "a node", hop: "by-bridge" });
    });

    it("reads where the object comes from, and its API group", () => {
        const text = `waivers:\n${ENTRY.replace("Deployment", "Deployment.apps")}    source: k8s/api.yaml\n`;
        const [first] = parseWaivers(text, "w.yaml", WAIVABLE);
        assert.deepEqual([first?.object, first?.source], ["Deployment.apps prod/api", "k8s/api.yaml"]);
    });

    it("reads an empty file and an empty list as no waivers", () => {
        assert.deepEqual(parseWaivers("", "w.yaml", WAIVABLE), []);
        assert.deepEqual(parseWaivers("waivers: []\n", "w.yaml", WAIVABLE), []);
    });

    const NO_OBJECT = 'w.yaml: waivers[0].object must be one object, as "<Kind> <namespace>/<name>" or "<Kind> <name>"';
    const refused: readonly [what: string, text: string, faults: readonly string[]][] = [
        ["a syntax error", "waivers:\n  - a: [\n", ["w.yaml:3: deficient indentation"]],
        ["a second document", "waivers: []\n---\nwaivers: []\n", ["w.yaml: must hold one document, found 2"]],
        ["another root", "- a\n", ["w.yaml: must be an object with waivers, emergency, found a list of 1"]],
        [
            "another key beside the list",
            "waivers: []\nwaiver: []\n",
            ['w.yaml: waiver is not known; did you mean "waivers"?'],
        ],
        [
            "an entry that is no object",
            "waivers: [no-bad]\n",
            [
                "w.yaml: waivers[0] must be an object with control, object, container, source, path, reason, owner, ticket, expires" +
                    ', found "no-bad"',
            ],
        ],
        [
            "every missing field",
            "waivers:\n  - control: no-bad\n",
            [
                ["object", 'one object, as "<Kind> <namespace>/<name>" or "<Kind> <name>"'],
                ["reason", "a text that is not empty"],
                ["owner", "a text that is not empty"],
                ["ticket", "a text that is not empty"],
                ["expires", "a date, YYYY-MM-DD"],
            ].map(([field, allowed]) => `w.yaml: waivers[0].${field} is missing; it must be ${allowed}`),
        ],
        [
            "an unknown field",
            `waivers:\n${ENTRY}    resaon: x\n`,
            ['w.yaml: waivers[0].resaon is not known; did you mean "reason"?'],
        ],
        [
            "an unknown control",
            `waivers:\n${ENTRY.replace("no-bad", "no-bda")}`,
            ['w.yaml: waivers[0].control names no control; did you mean "no-bad"?'],
        ],
        [
            "a path for a control that finds none",
            `waivers:\n${ENTRY}${PATH}`,
            ["w.yaml: waivers[0] can't have a path: no-bad finds no attack paths"],
        ],
        [
            "a whole object for a control over paths",
            `waivers:\n${ENTRY.replace("no-bad", "no-way")}`,
            ["w.yaml: waivers[0] needs a path (from, to, hop): what no-way finds is accepted path by path"],
        ],
        [
            "a hop that there is not",
            `waivers:\n${ENTRY.replace("no-bad", "no-way")}${PATH.replace("bridge", "brigde")}`,
            ['w.yaml: waivers[0] has the path.hop "by-brigde", and there is no such hop; did you mean "by-bridge"?'],
        ],
        [
            "a path that lacks its end",
            `waivers:\n${ENTRY.replace("no-bad", "no-way")}${PATH.replace("to: a node, ", "")}`,
            ["w.yaml: waivers[0].path.to is missing; it must be a text that is not empty"],
        ],
        [
            "an object without kind",
            `waivers:\n${ENTRY.replace("Deployment prod/api", "prod/api")}`,
            [`${NO_OBJECT}, found "prod/api"`],
        ],
        [
            "an object with a wildcard",
            `waivers:\n${ENTRY.replace("prod/api", "prod/*")}`,
            [`${NO_OBJECT}, found "Deployment prod/*"`],
        ],
        [
            "a day that does not exist",
            `waivers:\n${ENTRY.replace("2026-05-31", "2026-02-30")}`,
            ['w.yaml: waivers[0].expires must be a date, YYYY-MM-DD, found "2026-02-30"'],
        ],
        [
            "an empty reason",
            `waivers:\n${ENTRY.replace(/reason: .*/, 'reason: " "')}`,
            ['w.yaml: waivers[0].reason must be a text that is not empty, found " "'],
        ],
    ];
    for (const [what, text, faults] of refused) {
        it(`refuses ${what}`, () => {
            assert.deepEqual(faultsOf(text), faults);
        });
    }
});

describe("waiversOf", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "waivers-"));
    });
    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    it("reads the file of the stack, under the name that its folder goes by", () => {
        writeFileSync(join(folder, "dev.yaml"), `waivers:\n${ENTRY}`);
        assert.deepEqual(
            waiversOf("dev", folder, WAIVABLE).map(({ from }) => from),
            ["waivers/dev.yaml: waivers[0]"],
        );
        assert.deepEqual(
            waiversOf("dev", folder, WAIVABLE, "policies/waivers").map(({ from }) => from),
            ["policies/waivers/dev.yaml: waivers[0]"],
        );
    });

    it("has none of a stack without a file, and fails where there is one that can't be read", () => {
        assert.deepEqual(waiversOf("prod", folder, WAIVABLE), []);
        mkdirSync(join(folder, "dev.yaml"));
        assert.throws(() => waiversOf("dev", folder, WAIVABLE), { code: "EISDIR" });
    });
});

describe("a waiver", () => {
    it("is read without the space around what it says", () => {
        const spaced = ENTRY.replace(/: (.*)$/gm, ': " $1 "').replace(/expires.*/, "expires: 2026-05-31");
        const [read] = parseWaivers(`waivers:\n${spaced}`, "w.yaml", WAIVABLE);
        const [plain] = parseWaivers(`waivers:\n${ENTRY}`, "w.yaml", WAIVABLE);
        assert.deepEqual(read, plain);
    });

    it("names an object by kind, group, namespace and name, and by nothing more or less", () => {
        const taken = [
            "Pod a/b",
            "Pod b",
            "HTTPRoute.gateway.networking.k8s.io a/b-c.d",
            "Role a/system:x",
            "K8sThing a/b",
        ];
        const refused = [
            "pod a/b",
            "Pod",
            "Pod a/b/c",
            "Pod a b",
            "Pod a/",
            "Pod /b",
            "Pod  a/b",
            "Pod.Apps a/b",
            "x Pod a/b",
            "Pod a/b x",
            "Pod. a/b",
            "1Pod a",
        ];
        const isTaken = (object: string) =>
            faultsOf(`waivers:\n${ENTRY.replace("Deployment prod/api", `"${object}"`)}`).length === 0;
        assert.deepEqual(
            taken.filter((object) => !isTaken(object)),
            [],
        );
        assert.deepEqual(refused.filter(isTaken), []);
    });
});

describe("an emergency", () => {
    it("is read beside the waivers, with everything that has to be said of it", () => {
        const said = "reason: Outage.\n  owner: o\n  ticket: t\n  until: 2026-03-08\n";
        const [read] = parseWaivers(`emergency:\n  ${said}waivers:\n${ENTRY}`, "w.yaml", WAIVABLE);
        assert.deepEqual(read?.emergency, {
            ...{ until: "2026-03-08", reason: "Outage.", owner: "o", ticket: "t" },
            from: "w.yaml: emergency",
        });
        assert.throws(() => parseWaivers("emergency:\n  until: soon\nwaivers: []\n", "w.yaml", WAIVABLE), {
            faults: [
                ...["reason", "owner", "ticket"].map(
                    (field) => `w.yaml: emergency.${field} is missing; it must be a text that is not empty`,
                ),
                'w.yaml: emergency.until must be a date, YYYY-MM-DD, found "soon"',
            ],
        });
    });

    it("holds through its last day, unless that is more than seven days ahead", () => {
        const state = (until: string) =>
            stateOf({ until, reason: "r", owner: "o", ticket: "t", from: "f" }, new Date("2026-03-01T23:59:59Z"));
        assert.equal(state("2026-02-28"), "over");
        assert.equal(state("2026-03-01"), "holds");
        assert.equal(state("2026-03-08"), "holds");
        assert.equal(state("2026-03-09"), "too long");
    });
});
