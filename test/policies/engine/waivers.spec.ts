import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import { InputError } from "../../../policies/engine/input";
import type { Control, Severity } from "../../../policies/engine/control";
import { objectControl } from "../../../policies/engine/control";
import { WAIVER_RULES, waiverFaults } from "../../../policies/engine/governance";
import type { KubeObject } from "../../../policies/kubernetes/kube";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import type { Waiver } from "../../../policies/engine/waivers";
import { EXPIRY_CEILING_DAYS, parseWaivers, stateOf, WaiverBook, waiversOf } from "../../../policies/engine/waivers";
import { TODAY } from "../../support/cli";
import { resourceOf } from "../../support/controls";

function control(name: string, severity: Severity = "high"): Control {
    return objectControl({
        name,
        description: "No object is bad.",
        why: "Bad objects are bad.",
        severity,
        covers: [],
        frameworks: [],
        remediation: "Be good.",
        profiles: [],
        kinds: ["*"],
        check: () => [],
    });
}

const REGISTRY = [control("no-bad"), control("no-worse", "critical")];
const ENTRY = `  - control: no-bad
    object: Deployment prod/api
    reason: The vendor ships the fix in May.
    owner: platform team
    ticket: SEC-1
    expires: 2026-05-31
`;

function faultsOf(text: string): readonly string[] {
    try {
        parseWaivers(text, "w.yaml", REGISTRY);
        return [];
    } catch (error) {
        assert.ok(error instanceof InputError);
        return error.faults;
    }
}

describe("parseWaivers", () => {
    it("reads an entry with every field", () => {
        assert.deepEqual(parseWaivers(`waivers:\n${ENTRY}    container: api\n`, "w.yaml", REGISTRY), [
            {
                control: "no-bad",
                object: "Deployment prod/api",
                container: "api",
                source: undefined,
                reason: "The vendor ships the fix in May.",
                owner: "platform team",
                ticket: "SEC-1",
                expires: "2026-05-31",
                from: "w.yaml: waivers[0]",
            },
        ]);
    });

    it("reads where the object comes from, and its API group", () => {
        const text = `waivers:\n${ENTRY.replace("Deployment", "Deployment.apps")}    source: k8s/api.yaml\n`;
        const [first] = parseWaivers(text, "w.yaml", REGISTRY);
        assert.deepEqual([first?.object, first?.source], ["Deployment.apps prod/api", "k8s/api.yaml"]);
    });

    it("reads an empty file and an empty list as no waivers", () => {
        assert.deepEqual(parseWaivers("", "w.yaml", REGISTRY), []);
        assert.deepEqual(parseWaivers("waivers: []\n", "w.yaml", REGISTRY), []);
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
                "w.yaml: waivers[0] must be an object with control, object, container, source, reason, owner, ticket, expires" +
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
            waiversOf("dev", folder, REGISTRY).map(({ from }) => from),
            ["waivers/dev.yaml: waivers[0]"],
        );
        assert.deepEqual(
            waiversOf("dev", folder, REGISTRY, "policies/waivers").map(({ from }) => from),
            ["policies/waivers/dev.yaml: waivers[0]"],
        );
    });

    it("has none of a stack without a file, and fails where there is one that can't be read", () => {
        assert.deepEqual(waiversOf("prod", folder, REGISTRY), []);
        mkdirSync(join(folder, "dev.yaml"));
        assert.throws(() => waiversOf("dev", folder, REGISTRY), { code: "EISDIR" });
    });
});

describe("a waiver", () => {
    it("is read without the space around what it says", () => {
        const spaced = ENTRY.replace(/: (.*)$/gm, ': " $1 "').replace(/expires.*/, "expires: 2026-05-31");
        const [read] = parseWaivers(`waivers:\n${spaced}`, "w.yaml", REGISTRY);
        const [plain] = parseWaivers(`waivers:\n${ENTRY}`, "w.yaml", REGISTRY);
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
    it("holds through its last day, unless that is more than seven days ahead", () => {
        const state = (until: string) =>
            stateOf({ until, reason: "r", owner: "o", ticket: "t", from: "f" }, new Date("2026-03-01T23:59:59Z"));
        assert.equal(state("2026-02-28"), "over");
        assert.equal(state("2026-03-01"), "holds");
        assert.equal(state("2026-03-08"), "holds");
        assert.equal(state("2026-03-09"), "too long");
    });
});

describe("WaiverBook", () => {
    const api = objectNamed("api");

    function objectNamed(name: string): KubeObject {
        const [object] = kubeObjects(
            resourceOf({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "prod" } }),
        );
        assert.ok(object);
        return object;
    }

    function waiver(over: Partial<Waiver> = {}): Waiver {
        return {
            ...{ control: "no-bad", object: "Deployment prod/api", reason: "r", owner: "o", ticket: "t" },
            ...{ expires: "2026-04-01", from: "w.yaml: waivers[0]" },
            ...over,
        };
    }

    function covers(given: Waiver, name: string, object: KubeObject, container?: string): boolean {
        const fault = { path: "p", message: "m", ...(container !== undefined && { container }) };
        return new WaiverBook([given], TODAY).find(control(name), object, fault) !== undefined;
    }

    it("covers the control and the object that a waiver names, and no other", () => {
        assert.equal(covers(waiver(), "no-bad", api), true);
        assert.equal(covers(waiver(), "no-worse", api), false);
        assert.equal(covers(waiver(), "no-bad", objectNamed("web")), false);
    });

    it("narrows a waiver to the container that it names", () => {
        assert.equal(covers(waiver({ container: "a" }), "no-bad", api, "a"), true);
        assert.equal(covers(waiver({ container: "a" }), "no-bad", api, "b"), false);
        assert.equal(covers(waiver({ container: "a" }), "no-bad", api), false);
    });

    it("covers up to and including the last day", () => {
        assert.equal(covers(waiver({ expires: "2026-03-01" }), "no-bad", api), true);
        assert.equal(covers(waiver({ expires: "2026-02-28" }), "no-bad", api), false);
    });

    function messages(waivers: readonly Waiver[], containers: readonly (string | undefined)[], registry = REGISTRY) {
        const book = new WaiverBook(waivers, TODAY);
        for (const container of containers) {
            book.find(REGISTRY[0] as Control, api, {
                path: "p",
                message: "m",
                ...(container !== undefined && { container }),
            });
        }
        return waiverFaults(
            book,
            registry.map((held) => ({ control: held, enforcement: "mandatory", params: {} })),
        ).map(({ message }) => message);
    }

    it("says nothing of a waiver in order", () => {
        assert.deepEqual(messages([waiver()], ["a"]), []);
    });

    it("reports an expired waiver once, as expired", () => {
        assert.deepEqual(messages([waiver({ expires: "2026-02-28" })], []), [
            "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api expired on 2026-02-28 (owner o, ticket t). Fix what the waiver covers, or have the owner renew it with a new date and reason.",
        ]);
    });

    it("warns of a waiver in its last 30 days, without failing anything", () => {
        const soon = "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api ends on 2026-03-30";
        assert.match(
            messages([waiver({ expires: "2026-03-30" })], ["a"])[0] ?? "",
            new RegExp(`^${soon.replaceAll(/[[\].]/g, "\\$&")}`),
        );
        assert.deepEqual(messages([waiver({ expires: "2026-03-31" })], ["a"]), []);
        assert.equal(WAIVER_RULES.soonOver.enforcement, "advisory");
    });

    const emergency = (until: string) => ({
        until,
        reason: "Outage.",
        owner: "o",
        ticket: "t",
        from: "w.yaml: emergency",
    });

    it("holds an expired waiver open by an emergency of some days, and says so", () => {
        const held = waiver({ expires: "2026-02-28", emergency: emergency("2026-03-08") });
        assert.equal(covers(held, "no-bad", api), true);
        assert.deepEqual(messages([held], ["a"]), [
            "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api ends on 2026-02-28 (owner o, ticket t). Fix what the waiver covers, or have the owner renew it.",
            "w.yaml: emergency holds 1 expired waiver open until 2026-03-08: Outage. (owner o, ticket t). Renew the waivers or fix what they cover, and remove the emergency.",
        ]);
        assert.equal(WAIVER_RULES.emergency.enforcement, "advisory");
    });

    it("has an emergency that is over, or that ends too late, hold nothing and fail the run", () => {
        for (const [until, what] of [
            ["2026-02-28", "was over on 2026-02-28"],
            ["2026-03-09", "ends on 2026-03-09, more than 7 days ahead, so it holds nothing"],
        ] as const) {
            const held = waiver({ expires: "2026-02-27", emergency: emergency(until) });
            assert.equal(covers(held, "no-bad", api), false);
            assert.ok(messages([held], ["a"]).some((message) => message.startsWith(`w.yaml: emergency ${what}`)));
        }
        assert.ok(!("enforcement" in WAIVER_RULES.emergencyInOrder));
    });

    it("counts what an emergency holds open, and makes no waiver end sooner", () => {
        const held = emergency("2026-03-08");
        const two = ["2026-02-01", "2026-02-27"].map((expires) =>
            waiver({ expires, emergency: held, container: expires }),
        );
        const own = waiver({ expires: "2026-06-01", emergency: held, container: "c" });
        const said = messages([...two, own], ["2026-02-01", "2026-02-27", "c"]);
        assert.deepEqual(
            said.filter((message) => message.includes("emergency holds")),
            [
                "w.yaml: emergency holds 2 expired waivers open until 2026-03-08: Outage. (owner o, ticket t). Renew the waivers or fix what they cover, and remove the emergency.",
            ],
        );
        assert.equal(said.length, 3);
        assert.deepEqual(messages([waiver({ expires: "2026-06-01", emergency: emergency("2026-02-01") })], ["a"]), [
            "w.yaml: emergency was over on 2026-02-01 (owner o, ticket t). Remove the emergency, or have it end within 7 days.",
        ]);
    });

    it("says one thing of an expired waiver and of one beyond the ceiling, with the severity", () => {
        assert.deepEqual(messages([waiver({ expires: "2026-02-28" })], ["a"]).length, 1);
        assert.deepEqual(messages([waiver({ expires: "2027-03-01" })], ["a"]), [
            "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api runs until 2027-03-01; for severity high at most 270 days ahead are allowed. Set an earlier expiry date.",
        ]);
        assert.deepEqual(messages([waiver({ expires: "2027-03-01" })], ["a"], REGISTRY.slice(1)), []);
    });

    it("reads an emergency beside the waivers, with everything that has to be said of it", () => {
        const said = "reason: Outage.\n  owner: o\n  ticket: t\n  until: 2026-03-08\n";
        const [read] = parseWaivers(`emergency:\n  ${said}waivers:\n${ENTRY}`, "w.yaml", REGISTRY);
        assert.deepEqual(read?.emergency, emergency("2026-03-08"));
        assert.throws(() => parseWaivers("emergency:\n  until: soon\nwaivers: []\n", "w.yaml", REGISTRY), {
            faults: [
                ...["reason", "owner", "ticket"].map(
                    (field) => `w.yaml: emergency.${field} is missing; it must be a text that is not empty`,
                ),
                'w.yaml: emergency.until must be a date, YYYY-MM-DD, found "soon"',
            ],
        });
    });

    it("reports a waiver that matches nothing, unless its control did not run", () => {
        assert.deepEqual(messages([waiver()], []), [
            "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api matches no finding (owner o, ticket t). Remove the waiver.",
        ]);
        assert.deepEqual(messages([waiver()], [], REGISTRY.slice(1)), []);
    });

    it("reports a waiver that covers several containers", () => {
        assert.deepEqual(messages([waiver()], ["a", "b", "a"]), [
            "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api covers the containers a, b at once. Give each a waiver of its own: with the field container, the field source, or the kind's API group.",
        ]);
        assert.deepEqual(messages([waiver({ container: "a" }), waiver({ container: "b" })], ["a", "b"]), []);
    });

    const TWO = [
        ["apps/v1", "base/api.yaml"],
        ["apps/v1", "prod/api.yaml"],
    ] as const;

    /** What is said of waivers that meet objects of one name: those given, by API version and source. */
    function saidOf(objects: readonly (readonly [apiVersion: string, source: string])[], waivers: readonly Waiver[]) {
        const book = new WaiverBook(waivers, TODAY);
        const covered = objects.map(([apiVersion, source]) => {
            const manifest = { apiVersion, kind: "Deployment", metadata: { name: "api", namespace: "prod" } };
            const [object] = kubeObjects(resourceOf(manifest, { source }));
            assert.ok(object);
            return book.find(control("no-bad"), object, { path: "p", message: "m", container: "a" }) !== undefined;
        });
        const selected = [{ control: control("no-bad"), enforcement: "mandatory" as const, params: {} }];
        return { covered, messages: waiverFaults(book, selected).map(({ message }) => message) };
    }

    it("reports a waiver that covers objects of one name in several places", () => {
        const { covered, messages: said } = saidOf(TWO, [waiver()]);
        assert.deepEqual(covered, [true, true]);
        assert.deepEqual(said, [
            "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api covers 2 objects: Deployment.apps prod/api of base/api.yaml, Deployment.apps prod/api of prod/api.yaml. Give each a waiver of its own: with the field container, the field source, or the kind's API group.",
        ]);
    });

    it("says in one sentence what a waiver covers too much of", () => {
        const book = new WaiverBook([waiver()], TODAY);
        const object = (source: string): KubeObject => ({ ...api, resource: { ...api.resource, source } });
        for (const [source, container] of [
            ["a.yaml", "one"],
            ["b.yaml", "two"],
        ] as const) {
            assert.ok(book.find(control("no-bad"), object(source), { path: "p", message: "m", container }));
        }
        const [said, ...more] = waiverFaults(book, [
            { control: control("no-bad"), enforcement: "mandatory", params: {} },
        ]);
        assert.deepEqual(more, []);
        assert.match(
            said?.message ?? "",
            /covers the containers one, two at once and covers 2 objects: Deployment\.apps prod\/api of a\.yaml, Deployment\.apps prod\/api of b\.yaml\. Give each/,
        );
    });

    it("names an object of the core group by its kind alone, and minds no fault that is about no container", () => {
        const secret = waiver({ object: "Secret shop/key" });
        const book = new WaiverBook([secret], TODAY);
        for (const [source, container] of [
            ["a.yaml", undefined],
            ["b.yaml", "one"],
        ] as const) {
            const manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "key", namespace: "shop" } };
            const [object] = kubeObjects(resourceOf(manifest, { source }));
            assert.ok(object);
            book.find(control("no-bad"), object, { path: "p", message: "m", ...(container && { container }) });
        }
        assert.deepEqual(book.tooWide(), [
            { waiver: secret, containers: [], objects: ["Secret shop/key of a.yaml", "Secret shop/key of b.yaml"] },
        ]);
    });

    it("takes a waiver for held open by an emergency from the day after its last one", () => {
        const held = (expires: string) =>
            new WaiverBook([waiver({ expires, emergency: emergency("2026-03-08") })], TODAY).emergencies()[0]?.held
                .length;
        assert.deepEqual([held("2026-02-28"), held("2026-03-01")], [1, 0]);
    });

    it("covers by the first waiver that holds, and counts all that match as used", () => {
        const over = waiver({ expires: "2026-02-01" });
        const holds = waiver({ from: "w.yaml: waivers[1]" });
        const also = waiver({ from: "w.yaml: waivers[2]" });
        const book = new WaiverBook([over, holds, also], TODAY);
        assert.equal(book.find(control("no-bad"), api, { path: "p", message: "m" }), holds);
        assert.deepEqual(book.unused(), []);
        assert.equal(new WaiverBook([], TODAY).find(control("no-bad"), api, { path: "p", message: "m" }), undefined);
    });

    it("counts an object once, however often it meets it", () => {
        assert.deepEqual(saidOf([TWO[0], TWO[0]], [waiver()]).messages, []);
    });

    it("narrows a waiver to a file, by its path or the end of it", () => {
        assert.deepEqual(saidOf(TWO, [waiver({ source: "prod/api.yaml" })]), { covered: [false, true], messages: [] });
        assert.deepEqual(saidOf([["apps/v1", "/srv/prod/api.yaml"]], [waiver({ source: "prod/api.yaml" })]), {
            covered: [true],
            messages: [],
        });
        assert.deepEqual(saidOf(TWO, [waiver({ source: "base/api.yaml" }), waiver({ source: "prod/api.yaml" })]), {
            covered: [true, true],
            messages: [],
        });
        assert.deepEqual(saidOf([["apps/v1", "nonprod/api.yaml"]], [waiver({ source: "prod/api.yaml" })]).covered, [
            false,
        ]);
    });

    it("narrows a waiver to an API group", () => {
        const groups = [
            ["apps/v1", "api.yaml"],
            ["example.org/v1", "api.yaml"],
        ] as const;
        assert.equal(saidOf(groups, [waiver()]).messages.length, 1);
        assert.deepEqual(saidOf(groups, [waiver({ object: "Deployment.apps prod/api" })]), {
            covered: [true, false],
            messages: [],
        });
    });

    it("names waivers that cover too much in their own order, whichever was used first", () => {
        const second = waiver({ object: "Deployment prod/web", from: "w.yaml: waivers[1]" });
        const book = new WaiverBook([waiver(), second], TODAY);
        for (const object of [objectNamed("web"), api]) {
            for (const container of ["a", "b"]) {
                book.find(control("no-bad", "low"), object, { path: "p", message: "m", container });
            }
        }
        assert.deepEqual(
            book.tooWide().map(({ waiver: wide }) => wide.object),
            ["Deployment prod/api", "Deployment prod/web"],
        );
    });

    it("holds waivers to the ceiling of their control's severity", () => {
        fc.assert(
            fc.property(
                fc.constantFrom<Severity>("critical", "high", "medium", "low"),
                // Sooner than that a warning is said beside.
                fc.integer({ min: 31, max: 1000 }),
                (severity, days) => {
                    const last = new Date(Date.parse("2026-03-01T00:00:00Z") + days * 86_400_000);
                    const registry = [control("no-bad", severity)];
                    const found = messages([waiver({ expires: last.toISOString().slice(0, 10) })], ["a"], registry);
                    // The day itself counts: `now` is noon, so a waiver of exactly the ceiling ends half a day short of it.
                    assert.equal(found.length, days > EXPIRY_CEILING_DAYS[severity] ? 1 : 0);
                },
            ),
        );
    });
});
