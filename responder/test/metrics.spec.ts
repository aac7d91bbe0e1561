import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { Registry } from "prom-client";
import { parse } from "yaml";

import { ResponderMetrics } from "../src/knowledge/metrics.js";
import type { Incident } from "../src/model.js";
import { eventOf, policyOf, World } from "./support/world.js";

const ALERTS = "components/monitoring/alerts/incidents.yaml";

interface AlertFile {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

describe("The metrics", () => {
    it("show from the start every series that an alert on the responder asks for", async () => {
        const registry = new Registry();
        new ResponderMetrics(registry, () => 0, { incidents: () => [], queued: () => 0, leads: () => false });
        const shown = (await registry.getMetricsAsJSON()).flatMap(({ name, values }) =>
            values.flatMap(({ labels }) => [
                name,
                ...Object.entries(labels).map(([label, value]) => `${name} ${label}=${value}`),
            ]),
        );
        const { groups } = parse(await readFile(ALERTS, "utf8")) as AlertFile;
        const asked = groups
            .flatMap(({ rules }) => rules)
            .map(({ alert, expr }) => ({
                alert,
                series: [...expr.matchAll(/(responder_\w+)(?:\{(\w+)=~"([^"]+)"\})?/g)].flatMap(
                    ([, name = "", label, values]) =>
                        values === undefined
                            ? [name]
                            : values.split("|").map((value) => `${name} ${label ?? ""}=${value}`),
                ),
            }));
        assert.ok(asked.length > 0);
        for (const { alert, series } of asked) {
            assert.ok(series.length > 0, `${alert} asks for nothing of the responder`);
            assert.deepEqual(
                series.filter((one) => !shown.includes(one)),
                [],
                alert,
            );
        }
    });

    it("count the incidents of the last day by severity, of which MET-4 wants none", async () => {
        const world = new World(policyOf());
        const responder = await world.start();
        await responder.record([eventOf({ severity: "high", rule: "old" })]);
        world.now += 25 * 3_600_000;
        await responder.record([
            eventOf({ severity: "critical", rule: "new", claim: { namespace: "shop", pod: "b" } }),
        ]);
        const registry = new Registry();
        const incidents = (): readonly Incident[] => responder.incidents();
        new ResponderMetrics(registry, () => world.now, { incidents, queued: () => 0, leads: () => true });
        const { values } =
            (await registry.getMetricsAsJSON()).find(({ name }) => name === "responder_incidents") ??
            assert.fail("it is not there");
        assert.deepEqual(Object.fromEntries(values.map(({ labels, value }) => [labels["severity"], value])), {
            info: 0,
            low: 0,
            medium: 0,
            high: 0,
            critical: 1,
        });
    });
});
