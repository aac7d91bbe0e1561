import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { Registry } from "prom-client";
import { parse } from "yaml";

import { ResponderMetrics } from "../src/knowledge/metrics.js";

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
});
