import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";

import { InputError } from "../../../policies/engine/input";
import type { ChecklistArea } from "../../../hardening/compliance/checklist";
import { evidenceEntries, parseChecklist } from "../../../hardening/compliance/checklist";
import { alertRules } from "../../../hardening/compliance/content/alerts";
import { filesBelow, gatherEvidence } from "../../../hardening/compliance/evidence";
import { Observations } from "../../../hardening/evidence/observations";
import { complianceReport } from "../../../hardening/compliance/model";
import { scoreChecklist } from "../../../hardening/compliance/score";
import { previewProgram } from "../../../hardening/sources/program";
import { readStack } from "../../../hardening/sources/program/stack-file";
import { checks } from "../../../hardening/verify";
import { controls } from "../../../policies/controls";
import { profileControls } from "../../../policies/engine/profiles";
import { finding } from "../../support/run";
import { TOOLS } from "../../../security/tools";

const checklist = parseChecklist(
    readFileSync("checklist/checklist.yaml", "utf8"),
    "checklist.yaml",
    profileControls(controls, "x0tta6bl4"),
);
const { areas, ...definitions } = checklist;
const rows = areas.flatMap((area) => area.rows);
const entries = (kind: string): readonly string[] => [
    ...new Set(
        rows.flatMap(({ evidence }) =>
            evidenceEntries(evidence)
                .filter(([candidate]) => candidate === kind)
                .map(([, entry]) => entry),
        ),
    ),
];

/** Every row of the mission, by area and number. */
const MISSION: Readonly<Record<string, number>> = {
    PQC: 7,
    ZT: 7,
    NET: 5,
    CTR: 7,
    SEC: 6,
    ACC: 5,
    MON: 5,
    CMP: 5,
    MET: 6,
    PRE: 7,
    POST: 5,
    IR: 3,
    STEP: 5,
};
const P0 = ["P0-1.1", "P0-1.2", "P0-1.3", "P0-1.4", "P0-2.1", "P0-2.2", "P0-2.3"];
const LATER = ["P1-1", "P1-2", "P2-1", "P2-2"];

describe("the hardening checklist", () => {
    it("has every row of the mission and no other", () => {
        const wanted = Object.entries(MISSION).flatMap(([area, count]) =>
            Array.from({ length: count }, (_, index) => `${area}-${index + 1}`),
        );
        assert.deepEqual(rows.map(({ id }) => id).sort(), [...P0, ...wanted, ...LATER].sort());
    });

    it("has every row that a control of any profile says it proves", () => {
        const ids = new Set(rows.map(({ id }) => id));
        const strangers = controls.flatMap(({ name, frameworks }) =>
            frameworks.filter(({ framework, id }) => framework === "checklist" && !ids.has(id)).map(() => name),
        );
        assert.deepEqual(strangers, []);
    });

    it("says of a row in a report nothing else than the standards' part of it", () => {
        const run = profileControls(controls, "x0tta6bl4");
        const known = gatherEvidence({
            ...{ read: filesBelow("."), stack: "staging", now: new Date(0), definitions },
            ...{ resources: [], findings: [], observations: new Observations([], new Date(0)) },
            ...{ signatures: new Map(), signedOnly: false },
            controls: run.map(({ name }) => name),
        });
        for (const broken of run.filter(({ frameworks }) =>
            frameworks.some(({ framework }) => framework === "checklist"),
        )) {
            const found = [finding({ control: broken.name })];
            const { areas: scored, frameworks } = complianceReport({
                ...{ stack: "staging", at: new Date(0), findings: found, controls: run, history: [], submissions: [] },
                areas: scoreChecklist(areas, { ...known, findings: found }),
            });
            const states = new Map(scored.flatMap((area) => area.rows).map(({ id, state }) => [id, state]));
            const failed = frameworks
                .find(({ name }) => name === "checklist")
                ?.requirements.filter(({ state }) => state === "failed");
            assert.ok(failed !== undefined && failed.length > 0, broken.name);
            assert.deepEqual(
                failed.filter(({ id }) => states.get(id) !== "open" && states.get(id) !== "not-applicable"),
                [],
                broken.name,
            );
        }
    });

    it("says what every Dockerfile is held to", () => {
        const built = globSync("{*,packages/*}/Dockerfile", { exclude: ["node_modules"] });
        assert.deepEqual([...definitions.dockerfiles].sort(), built.sort());
    });

    it("says of no document, job or capability what it has to hold that no row names", () => {
        const named = new Set([...entries("documents"), ...entries("workflows"), ...entries("capabilities")]);
        const { documents, jobs, capabilities } = definitions;
        const said = [documents, jobs, capabilities].flatMap((all) => Object.keys(all));
        assert.deepEqual(
            said.filter((name) => !named.has(name)),
            [],
        );
    });

    it("names only tests that stand in their files", () => {
        const { documents, alertTests } = definitions;
        const rehearsals = Object.values(documents).flatMap(({ rehearsedBy }) => rehearsedBy ?? []);
        const missing = [...entries("tests"), ...alertTests, ...rehearsals].filter((entry) => {
            const [file = "", title = ""] = entry.split(/: (.*)/s);
            if (!existsSync(file)) {
                return true;
            }
            const stated = [
                ...readFileSync(file, "utf8").matchAll(
                    /\b(?:describe|describeOnCluster|it)\(\s*(?:"([^"]+)"|'([^']+)'|`([^`]+)`)/g,
                ),
            ]
                .map(([, double, single, template]) => double ?? single ?? template ?? "")
                // Of a title that is worked out, such as one with a skip's reason, what stands before the first hole.
                .map((text) => ({ text: text.split("${")[0] ?? "", whole: !text.includes("${") }))
                .filter(({ text }) => text !== "");
            const begins = stated.some(({ text }) => title.startsWith(text));
            const ends = stated.some(({ text, whole }) => (whole ? title.endsWith(text) : title.includes(` ${text}`)));
            return !begins || !ends;
        });
        assert.deepEqual(missing, []);
    });

    it("names only checks of the live cluster that there are", () => {
        const known = checks(() => new Date(0)).map(({ name }) => name);
        assert.deepEqual(
            entries("verify").filter((name) => !known.includes(name)),
            [],
        );
    });

    it("names only scanners that there are", () => {
        assert.deepEqual(
            entries("scans").filter((name) => !TOOLS.some((tool) => tool.name === name)),
            [],
        );
    });

    it("names only resources and alerts that both stacks have", async function () {
        this.timeout(120_000);
        for (const stack of ["staging", "production"]) {
            const { resources } = await previewProgram(readStack(process.cwd(), stack), () => undefined);
            const types = new Set(resources.map(({ type }) => type));
            const alerts = new Set(resources.flatMap(alertRules).map(({ alert }) => String(alert)));
            assert.deepEqual(
                entries("resources").filter((type) => !types.has(type)),
                [],
                stack,
            );
            assert.deepEqual(
                entries("alerts").filter((alert) => !alerts.has(alert)),
                [],
                stack,
            );
        }
    });
});

describe("checklist files", () => {
    function faults(text: string): readonly string[] {
        try {
            parseChecklist(text, "list.yaml", PROVERS);
        } catch (error) {
            assert.ok(error instanceof InputError, String(error));
            return error.faults;
        }
        throw new Error("the file was expected to be refused");
    }
    const PROVERS = [{ name: "no-host-pid", frameworks: [{ framework: "checklist", id: "A-1" } as const] }];
    const AGES =
        "maxAge: {tests: 30d, scans: 8d, verify: 8d, audit: 8d, jobs: 8d, builds: 7d, images: 6d, benches: 5d, documents: 9d}";
    const DAY_MS = 86_400_000;
    const row = (fields: string): string =>
        `${AGES}\ndocuments: {a.md: {sections: [S]}}\nareas: [{id: A, title: Area, owner: o, rows: [{id: A-1, title: Row, ${fields}}]}]`;

    it("are read with the controls that name each row, and empty lists for the kinds of evidence they leave out", () => {
        const { areas: read } = parseChecklist(row("documents: [a.md]"), "list.yaml", PROVERS);
        const [area] = read as [ChecklistArea];
        assert.deepEqual(area.rows[0], {
            id: "A-1",
            title: "Row",
            owner: "o",
            evidence: {
                controls: ["no-host-pid"],
                resources: [],
                alerts: [],
                tests: [],
                verify: [],
                ...{ scans: [], builds: [], images: [] },
                documents: ["a.md"],
                ...{ workflows: [], dockerfiles: [], settings: [], attestations: [], capabilities: [], attestors: [] },
            },
            maxAge: {
                ...{ tests: 30 * DAY_MS, scans: 8 * DAY_MS, verify: 8 * DAY_MS, audit: 8 * DAY_MS },
                ...{ jobs: 8 * DAY_MS, documents: 9 * DAY_MS },
                ...{ builds: 7 * DAY_MS, images: 6 * DAY_MS, benches: 5 * DAY_MS },
            },
        });
    });

    it("may ask for newer statements in a row than in the whole list, in days", () => {
        const { areas: read } = parseChecklist(row("maxAge: {verify: 1d}"), "list.yaml", PROVERS);
        const [area] = read as [ChecklistArea];
        assert.equal(area.rows[0]?.maxAge.verify, DAY_MS);
        assert.equal(area.rows[0].maxAge.scans, 8 * DAY_MS);
        assert.deepEqual(faults(row("maxAge: {verify: 24h, test: 1d}").replace("tests: 30d, ", "")), [
            "list.yaml: maxAge.tests is missing; it must be a number of days, e.g. 30d",
            'list.yaml: areas[0].rows[0].maxAge.test is not known; did you mean "tests"?',
            'list.yaml: areas[0].rows[0].maxAge.verify must be a number of days, e.g. 30d, found "24h"',
        ]);
    });

    it("are refused where a row has no evidence and no reason", () => {
        const lonely = row("").replaceAll("A-1", "A-2");
        assert.deepEqual(faults(lonely), [
            "list.yaml: areas[0].rows[0] has no evidence; name some, or say why it is not applicable",
            "list.yaml: there is no row A-1, which no-host-pid should prove",
        ]);
    });

    it("are refused with every mistake at once", () => {
        assert.deepEqual(
            faults(
                `${AGES}\nareas: [{id: A, rows: [{id: A-2, title: T, controls: [a]}, {id: A-2, title: T, alerts: []}]}]`,
            ),
            [
                "list.yaml: areas[0].title is missing; it must be a text that is not empty",
                "list.yaml: areas[0].owner is missing; it must be a text that is not empty",
                "list.yaml: areas[0].rows[0].controls is not known",
                "list.yaml: areas[0].rows[1].alerts must be a list of at least 1, found an empty list",
                "list.yaml: row A-2 stands there twice",
                "list.yaml: there is no row A-1, which no-host-pid should prove",
            ],
        );
    });

    it("are refused where a row names what nothing is said of", () => {
        assert.deepEqual(faults(row("documents: [b.md], workflows: ['w#j'], capabilities: [c]")), [
            "list.yaml: row A-1 names b.md, and nothing says under documents what it has to hold",
            "list.yaml: row A-1 names w#j, and nothing says under jobs what it has to hold",
            "list.yaml: row A-1 names c, and nothing says under capabilities what it has to hold",
        ]);
    });

    it("are refused where a row is held to a list that is empty", () => {
        const wanting = row("dockerfiles: [user], alerts: [A]");
        assert.deepEqual(faults(wanting), [
            "list.yaml: row A-1 has dockerfiles, and none stand under dockerfiles of the whole list",
            "list.yaml: row A-1 has alerts, and none stand under alertTests of the whole list",
        ]);
        const given = wanting.replace("areas:", "dockerfiles: [Dockerfile]\nalertTests: ['a: b']\nareas:");
        assert.deepEqual(parseChecklist(given, "list.yaml", PROVERS).alertTests, ["a: b"]);
    });

    it("are refused with a waiver of a Dockerfile that none of them is", () => {
        const waiver = "{base: {holds: a shell, reason: r, owner: o, until: 2027-05-31}}";
        const waived = (file: string): string =>
            row("dockerfiles: [base]").replace(
                "areas:",
                `dockerfiles: [Dockerfile]\ndockerfileWaivers: {${file}: ${waiver}}\nareas:`,
            );
        assert.deepEqual(faults(waived("a/Dockerfile")), [
            "list.yaml: dockerfileWaivers names a/Dockerfile, which does not stand under dockerfiles",
        ]);
        assert.deepEqual(Object.keys(parseChecklist(waived("Dockerfile"), "list.yaml", PROVERS).dockerfileWaivers), [
            "Dockerfile",
        ]);
    });

    it("are refused with a flag that is not true", () => {
        assert.deepEqual(faults(row("live: false, wholeList: 1")), [
            "list.yaml: areas[0].rows[0].live must be true or be left out, found false",
            "list.yaml: areas[0].rows[0].wholeList must be true or be left out, found 1",
        ]);
    });

    it("are refused with the line where they are no YAML", () => {
        assert.match(faults("areas:\n  - a: b: c\n")[0] ?? "", /^list\.yaml:2: /);
    });
});
