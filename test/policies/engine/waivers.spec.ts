import { strict as assert } from "node:assert";

import fc from "fast-check";

import type { Control, Severity } from "../../../policies/engine/control";
import { WAIVER_RULES, waiverFaults } from "../../../policies/engine/governance";
import type { Waiver } from "../../../policies/engine/waivers";
import { EXPIRY_CEILING_DAYS, WaiverBook } from "../../../policies/engine/waivers";
import type { KubeObject } from "../../../policies/kubernetes/kube";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import { TODAY } from "../../support/cli";
import { resourceOf } from "../../support/controls";
import { WAIVABLE, waivable } from "../../support/waivers";

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
        return new WaiverBook([given], TODAY).find(waivable(name), object, fault) !== undefined;
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

    function messages(
        waivers: readonly Waiver[],
        containers: readonly (string | undefined)[],
        registry: readonly Control[] = WAIVABLE,
    ) {
        const book = new WaiverBook(waivers, TODAY);
        for (const container of containers) {
            book.find(WAIVABLE[0], api, {
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
        assert.deepEqual(messages([waiver({ expires: "2027-03-01" })], ["a"], WAIVABLE.slice(1)), []);
    });

    it("reports a waiver that matches nothing, unless its control did not run", () => {
        assert.deepEqual(messages([waiver()], []), [
            "w.yaml: waivers[0]: the waiver of no-bad for Deployment prod/api matches no finding (owner o, ticket t). Remove the waiver.",
        ]);
        assert.deepEqual(messages([waiver()], [], WAIVABLE.slice(1)), []);
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
            return book.find(waivable("no-bad"), object, { path: "p", message: "m", container: "a" }) !== undefined;
        });
        const selected = [{ control: waivable("no-bad"), enforcement: "mandatory" as const, params: {} }];
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
            assert.ok(book.find(waivable("no-bad"), object(source), { path: "p", message: "m", container }));
        }
        const [said, ...more] = waiverFaults(book, [
            { control: waivable("no-bad"), enforcement: "mandatory", params: {} },
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
            book.find(waivable("no-bad"), object, { path: "p", message: "m", ...(container && { container }) });
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
        assert.equal(book.find(waivable("no-bad"), api, { path: "p", message: "m" }), holds);
        assert.deepEqual(book.unused(), []);
        assert.equal(new WaiverBook([], TODAY).find(waivable("no-bad"), api, { path: "p", message: "m" }), undefined);
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
                book.find(waivable("no-bad", "low"), object, { path: "p", message: "m", container });
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
                    const registry = [waivable("no-bad", severity)];
                    const found = messages([waiver({ expires: last.toISOString().slice(0, 10) })], ["a"], registry);
                    // The day itself counts: `now` is noon, so a waiver of exactly the ceiling ends half a day short of it.
                    assert.equal(found.length, days > EXPIRY_CEILING_DAYS[severity] ? 1 : 0);
                },
            ),
        );
    });
});
