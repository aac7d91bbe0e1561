import type { Read } from "../../policies/engine/schema";
import { boolean, mapOf, object, text, withDefault } from "../../policies/engine/schema";
import { dnsLabel, port } from "../../policies/engine/values";

/** Where Prometheus and Grafana run. Their namespace is the cluster's own and is not created here. */
export const monitoringSettings = withDefault(
    object({
        namespace: withDefault(dnsLabel, "monitoring"),
        prometheusPort: withDefault(port, 9090),
        prometheusLabels: withDefault(mapOf(text()), { "app.kubernetes.io/name": "prometheus" }),
        /** Whether the cluster runs the Prometheus Operator, so that monitors, alerts and dashboards can be deployed. */
        operator: withDefault(boolean(), true),
        /** Labels by which the Prometheus Operator finds rules and monitors. */
        selectorLabels: withDefault(mapOf(text()), { release: "kube-prometheus-stack" }),
        /** Labels by which Grafana's sidecar finds dashboards. */
        dashboardLabels: withDefault(mapOf(text()), { grafana_dashboard: "1" }),
        /** Address of the runbooks, as alerts link them. */
        runbooks: withDefault(text("an address without a trailing slash", /[^/]$/), "docs/runbooks"),
    }),
    {},
);

export type MonitoringSettings = Read<typeof monitoringSettings>;
