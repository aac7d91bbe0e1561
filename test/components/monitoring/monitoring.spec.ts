import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { dump } from "js-yaml";

import { dashboards } from "../../../components/monitoring/dashboards";
import type { MonitoringArgs } from "../../../components/monitoring/monitoring";
import { Monitoring } from "../../../components/monitoring/monitoring";
import { podMonitorSpec } from "../../../components/monitoring/monitors";
import { dashboardJson } from "../../../components/monitoring/panel";
import { monitoringSettings } from "../../../components/monitoring/settings";
import { alertedStack } from "../../support/alerted";
import { deploy, refusalOf } from "../../support/deploy";
import { withFiles } from "../../support/files";
import { hasPromtool } from "../../support/promtool";

const DASHBOARDS = dashboards(alertedStack());
const TARGET = { name: "shop", namespace: "shop", labels: { app: "shop" }, port: "http" };

function args(over: Partial<MonitoringArgs> = {}, settings: object = {}): MonitoringArgs {
    const read = monitoringSettings.read(settings, "monitoring", []);
    return { ...alertedStack({ applications: ["shop"] }), settings: read, targets: [TARGET], risks: [], ...over };
}

async function listOf(given: MonitoringArgs): Promise<readonly string[]> {
    const deployed = await deploy(() => new Monitoring("monitoring", given));
    return deployed
        .list()
        .filter(([type]) => type.startsWith("kubernetes:"))
        .map((entry) => entry.join(" ").replace("kubernetes:", ""));
}

describe("Monitoring", () => {
    it("creates exactly a monitor for each target, the alerts and the dashboards", async () => {
        assert.deepEqual(await listOf(args()), [
            "core/v1:ConfigMap monitoring-dashboard-x0tta6bl4-compliance",
            "core/v1:ConfigMap monitoring-dashboard-x0tta6bl4-identity",
            "core/v1:ConfigMap monitoring-dashboard-x0tta6bl4-incidents",
            "core/v1:ConfigMap monitoring-dashboard-x0tta6bl4-runtime",
            "core/v1:ConfigMap monitoring-dashboard-x0tta6bl4-secrets",
            "monitoring.coreos.com/v1:PodMonitor monitoring-shop-shop",
            "monitoring.coreos.com/v1:PrometheusRule monitoring-alerts-identity",
            "monitoring.coreos.com/v1:PrometheusRule monitoring-alerts-incidents",
            "monitoring.coreos.com/v1:PrometheusRule monitoring-alerts-platform",
            "monitoring.coreos.com/v1:PrometheusRule monitoring-alerts-runtime",
            "monitoring.coreos.com/v1:PrometheusRule monitoring-alerts-secrets",
        ]);
    });

    it("creates nothing in a cluster without the Prometheus Operator", async () => {
        assert.deepEqual(await listOf(args({}, { operator: false })), []);
    });

    it("scrapes by port name, takes the job from the service's label and keeps the node", () => {
        assert.deepEqual(podMonitorSpec({ ...TARGET, honorLabels: true }), {
            jobLabel: "app.kubernetes.io/name",
            selector: { matchLabels: { app: "shop" } },
            namespaceSelector: { matchNames: ["shop"] },
            podMetricsEndpoints: [
                {
                    port: "http",
                    path: "/metrics",
                    interval: "30s",
                    scrapeTimeout: "10s",
                    honorLabels: true,
                    relabelings: [{ sourceLabels: ["__meta_kubernetes_pod_node_name"], targetLabel: "node" }],
                },
            ],
        });
    });

    it("labels rules and monitors so that the operator finds them, and dashboards so that Grafana does", async () => {
        const deployed = await deploy(
            () =>
                new Monitoring(
                    "monitoring",
                    args({}, { selectorLabels: { prometheus: "main" }, dashboardLabels: { grafana: "yes" } }),
                ),
        );
        const labels = (type: string, name: string) =>
            (deployed.inputs(type, name)["metadata"] as { labels: unknown }).labels;
        assert.deepEqual(labels("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "monitoring-alerts-identity"), {
            prometheus: "main",
            owner: "security-team",
        });
        assert.deepEqual(labels("kubernetes:core/v1:ConfigMap", "monitoring-dashboard-x0tta6bl4-identity"), {
            grafana: "yes",
            owner: "security-team",
        });
    });

    it("is refused with two monitors of one name, a port by number and an empty selector", async () => {
        const targets = [TARGET, { ...TARGET, port: "8080" }, { ...TARGET, name: "all", labels: {} }];
        assert.equal(
            await refusalOf(() => new Monitoring("monitoring", args({ targets }))),
            [
                "monitoring:",
                "  two targets make the PodMonitor shop/shop",
                '  target shop: port must be the name of a container port, found "8080"',
                "  target all: labels must not be empty; they would select every pod of the namespace",
            ].join("\n"),
        );
    });
});

describe("dashboards", () => {
    it("are five, with a stable id each and panels that don't overlap", () => {
        assert.deepEqual(
            DASHBOARDS.map((dashboard) => dashboardJson(dashboard, "x0tta6bl4", "cluster")["uid"]),
            [
                "x0tta6bl4-identity",
                "x0tta6bl4-secrets",
                "x0tta6bl4-runtime",
                "x0tta6bl4-incidents",
                "x0tta6bl4-compliance",
            ],
        );
        for (const dashboard of DASHBOARDS) {
            const panels = dashboardJson(dashboard, "x0tta6bl4", "cluster")["panels"] as {
                id: number;
                gridPos: { x: number; y: number; w: number; h: number };
            }[];
            assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
            const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
                Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
            );
            assert.equal(new Set(cells).size, cells.length);
        }
    });

    it("ask for their data source by variable", () => {
        for (const dashboard of DASHBOARDS) {
            const panels = dashboardJson(dashboard, "x0tta6bl4", "cluster")["panels"] as {
                type: string;
                datasource?: unknown;
            }[];
            for (const panel of panels.filter(({ type }) => type !== "row")) {
                assert.deepEqual(panel.datasource, { type: "prometheus", uid: "${datasource}" });
            }
        }
    });

    it("ask for the clusters that are chosen in every query, by the label that tells them apart", () => {
        for (const dashboard of DASHBOARDS) {
            const { panels, templating } = dashboardJson(dashboard, "x0tta6bl4", "where") as {
                panels: { targets?: { expr: string }[] }[];
                templating: { list: { name: string; query: string; allValue?: string }[] };
            };
            // All of them are those without the label, too: `.*` matches what is not there.
            const variable = templating.list.find(({ name }) => name === "cluster");
            assert.deepEqual([variable?.query, variable?.allValue], ["label_values(up, where)", ".*"]);
            for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
                assert.ok(expr.includes('where=~"$cluster"'), expr);
            }
        }
    });

    it("of vulnerabilities count the stack's own namespaces, as the alerts do", () => {
        const asked = dashboards({ ...alertedStack(), namespaces: ["shop", "eyes"] })
            .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries)))
            .map(({ expr }) => expr)
            .filter((expr) => expr.includes("trivy_"));
        assert.deepEqual(asked, [
            'sum(trivy_image_vulnerabilities{severity="Critical", namespace=~"shop|eyes"})',
            'sum(trivy_image_vulnerabilities{severity="High", namespace=~"shop|eyes"})',
        ]);
    });

    it("count handshakes of the proxies beside applications, as the alerts do, and none of those before the shield", () => {
        const asked = DASHBOARDS.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
            .flatMap(({ queries }) => queries.map(({ expr }) => expr))
            .flatMap((expr) => expr.match(/envoy_listener_ssl_\w+(?:\{[^}]*\})?/g) ?? []);
        assert.ok(asked.length > 0);
        assert.deepEqual(
            asked.filter((selection) => !selection.endsWith('{endpoint="proxy-metrics"}')),
            [],
        );
    });

    it("turn red where the alerts fire, whatever the life of what SPIRE issues", () => {
        const red = (svid: number) =>
            dashboards({ lives: { authority: 8 * svid, svid }, namespaces: [] })
                .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
                .filter(({ title }) => title === "SVIDs expire in" || title === "Authority expires in")
                .map(({ threshold }) => threshold?.value);
        assert.deepEqual(red(600), [100, 600]);
    });

    it("hold only queries that Prometheus can read (skipped where promtool is not on the PATH)", async function () {
        if (!hasPromtool()) {
            this.skip();
        }
        const queries = DASHBOARDS.map((dashboard) => dashboardJson(dashboard, "x0tta6bl4", "cluster"))
            .flatMap(({ panels }) => panels as { targets?: { expr: string }[] }[])
            .flatMap(({ targets = [] }) => targets);
        const rules = queries.map(({ expr }, index) => ({ record: `query_${index}`, expr }));
        await withFiles({ "rules.yaml": dump({ groups: [{ name: "queries", rules }] }) }, (folder) => {
            const run = spawnSync("promtool", ["check", "rules", join(folder, "rules.yaml")], { encoding: "utf8" });
            assert.equal(run.status, 0, run.stdout + run.stderr);
            assert.match(run.stdout, new RegExp(`SUCCESS: ${queries.length} rules found`));
        });
    });
});
