import type { Foundation } from "../area";
import { area } from "../area";
import type { BreakGlassSettings } from "../break-glass/settings";
import type { ClusterSettings } from "../cluster/settings";
import { livesOf } from "../spire/duration";
import type { SpireSettings } from "../spire/model";
import type { AlertedStack } from "./alerts";
import { alertFaults, Monitoring } from "./monitoring";
import type { MonitoringSettings } from "./settings";
import { monitoringSettings } from "./settings";

export interface MonitoringConfig {
    readonly breakGlass: BreakGlassSettings | undefined;
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly spire: SpireSettings;
}

/** What the alerts have to know of the stack. */
function alerted(
    { cluster, monitoring: settings, spire }: Omit<MonitoringConfig, "breakGlass">,
    of: Foundation,
): AlertedStack {
    const { applications, namespaces, startSecrets } = of;
    return {
        cluster: cluster.name,
        settings,
        lives: livesOf(spire),
        namespaces,
        applications: applications.map(({ name }) => name),
        startSecrets,
    };
}

export const monitoringArea = area({
    key: "monitoring",
    description: "Where Prometheus and Grafana run, and by which labels they find what is theirs",
    settings: monitoringSettings,
    faults: (config: MonitoringConfig, path, foundation) =>
        alertFaults(alerted(config, foundation)).map((fault) => `${path}: ${fault}`),
    foreign: ({ monitoring }: MonitoringConfig) => [{ setting: "namespace", namespace: monitoring.namespace }],
    deploy: (config: MonitoringConfig, stage) => {
        const args = {
            ...alerted(config, stage.foundation),
            settings: config.monitoring,
            targets: stage.foundation.targets,
            risks: stage.risks,
            breakGlass: config.breakGlass,
            ofApplications: config.cluster.foundation !== undefined,
        };
        return { resources: [new Monitoring("monitoring", args, stage.options())] };
    },
});
