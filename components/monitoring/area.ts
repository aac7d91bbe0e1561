import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { alertFaults, Monitoring } from "./monitoring";
import type { MonitoringSettings } from "./settings";
import { monitoringSettings } from "./settings";

export interface MonitoringConfig {
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
}

export const monitoringArea = area({
    key: "monitoring",
    description: "Where Prometheus and Grafana run, and by which labels they find what is theirs",
    settings: monitoringSettings,
    faults: ({ monitoring: settings }: MonitoringConfig, path) =>
        alertFaults(settings).map((fault) => `${path}: ${fault}`),
    foreign: ({ monitoring }: MonitoringConfig) => [{ setting: "namespace", namespace: monitoring.namespace }],
    deploy: ({ monitoring: settings, cluster }: MonitoringConfig, stage) => {
        const { startSecrets, targets } = stage.foundation;
        const applications = stage.foundation.applications.map(({ name }) => name);
        const ofApplications = cluster.foundation !== undefined;
        const args = { settings, targets, applications, startSecrets, risks: stage.risks, ofApplications };
        return { resources: [new Monitoring("monitoring", args, stage.options())] };
    },
});
