import type { Read } from "../../policies/engine/schema";
import { boolean, mapOf, object, optional, text, withDefault } from "../../policies/engine/schema";
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
        /** Address under which people find `docs/runbooks`; alerts link nothing unless it is set, and name the file. */
        runbooks: optional(text("an https address without a trailing slash", /^https:\/\/[^\s/][^\s]*[^\s/]$/)),
        /**
         * The label that tells series of one cluster from those of another, where Prometheus or its ruler sees several; its value is
         * cluster.name. Alerts go by this cluster's alone then. It sees one only, unless set.
         */
        clusterLabel: optional(
            text(
                "the name of a label that alerts have not",
                /^(?!(?:alertname|area|severity|target)$)[a-zA-Z_][a-zA-Z0-9_]*$/,
            ),
        ),
    }),
    {},
);

export type MonitoringSettings = Read<typeof monitoringSettings>;
