import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { InputError } from "../../policies/engine/input";
import type { BreakGlassSettings } from "../break-glass/settings";
import { OWNER } from "../deployment";
import { refuse } from "../refuse";
import type { AlertedStack } from "./alerts";
import { CLUSTER_LABEL, shippedAlerts } from "./alerts";
import { breakGlassAlerts } from "./break-glass";
import { dashboards } from "./dashboards";
import type { ScrapeTarget } from "./monitors";
import { podMonitorSpec } from "./monitors";
import { dashboardJson } from "./panel";
import type { MonitoringSettings } from "./settings";
import type { LastingRisk } from "./waivers";
import { waiverAlerts } from "./waivers";

const API_VERSION = "monitoring.coreos.com/v1";

export interface MonitoringArgs extends AlertedStack {
    readonly settings: MonitoringSettings;
    /** Everything that serves metrics. */
    readonly targets: readonly ScrapeTarget[];
    /** What people accept in the stack for some time. */
    readonly risks: readonly LastingRisk[];
    /**
     * Rights for an emergency.
     * @default none
     */
    readonly breakGlass?: BreakGlassSettings | undefined;
    /**
     * Leaves out the alerts and dashboards that are not about one application: another stack brings those.
     * @default false
     */
    readonly ofApplications?: boolean;
}

/** What is wrong with the targets; one line each. */
export function targetFaults(targets: readonly ScrapeTarget[]): readonly string[] {
    const names = targets.map(({ namespace, name }) => `${namespace}/${name}`);
    return [
        ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
            (name) => `two targets make the PodMonitor ${name}`,
        ),
        ...targets
            .filter(({ port }) => !/^(?=.*[a-z])[a-z0-9-]{1,15}$/.test(port))
            .map(({ name, port }) => `target ${name}: port must be the name of a container port, found "${port}"`),
        ...targets
            .filter(({ labels }) => Object.keys(labels).length === 0)
            .map(
                ({ name }) => `target ${name}: labels must not be empty; they would select every pod of the namespace`,
            ),
    ];
}

/** What is wrong with the alerts; one line each. */
export function alertFaults(stack: AlertedStack): readonly string[] {
    try {
        shippedAlerts(stack);
        return [];
    } catch (error) {
        if (error instanceof InputError) {
            return error.faults;
        }
        throw error;
    }
}

/**
 * What Prometheus scrapes, which alerts it raises, and what Grafana shows. Does nothing where the cluster has no
 * Prometheus Operator.
 *
 * Creates: a PodMonitor for each target, a PrometheusRule for each file of alerts, a ConfigMap for each dashboard.
 */
export class Monitoring extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:monitoring:Monitoring";

    constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Monitoring.__pulumiType, name, args, opts);
        refuse(this, name, [...targetFaults(args.targets), ...alertFaults(args)]);
        if (args.settings.operator) {
            this.monitors(name, args);
            this.alerts(name, args);
            if (args.ofApplications !== true) {
                this.dashboards(name, args);
            }
        }
        this.registerOutputs({});
    }

    private monitors(name: string, { settings, targets }: MonitoringArgs): void {
        for (const target of targets) {
            new k8s.apiextensions.CustomResource(
                `${name}-${target.namespace}-${target.name}`,
                {
                    apiVersion: API_VERSION,
                    kind: "PodMonitor",
                    metadata: {
                        name: target.name,
                        namespace: target.namespace,
                        labels: { ...settings.selectorLabels, owner: OWNER },
                    },
                    spec: podMonitorSpec(target),
                },
                { parent: this },
            );
        }
    }

    private alerts(name: string, args: MonitoringArgs): void {
        const { settings, risks, breakGlass, ofApplications = false } = args;
        const shipped = shippedAlerts(args, ofApplications ? "applications" : "all");
        for (const file of [...shipped, ...waiverAlerts(risks, args), ...breakGlassAlerts(breakGlass, args)]) {
            new k8s.apiextensions.CustomResource(
                `${name}-alerts-${file.name}`,
                {
                    apiVersion: API_VERSION,
                    kind: "PrometheusRule",
                    metadata: {
                        name: `${pulumi.getProject()}-${file.name}`,
                        namespace: settings.namespace,
                        labels: { ...settings.selectorLabels, owner: OWNER },
                    },
                    spec: { groups: file.groups },
                },
                { parent: this },
            );
        }
    }

    private dashboards(name: string, { settings, ...stack }: MonitoringArgs): void {
        const project = pulumi.getProject();
        const clusterLabel = settings.clusterLabel ?? CLUSTER_LABEL;
        for (const dashboard of dashboards(stack)) {
            const uid = `${project}-${dashboard.uid}`;
            new k8s.core.v1.ConfigMap(
                `${name}-dashboard-${uid}`,
                {
                    metadata: {
                        name: uid,
                        namespace: settings.namespace,
                        labels: { ...settings.dashboardLabels, owner: OWNER },
                    },
                    data: {
                        [`${uid}.json`]: JSON.stringify(dashboardJson(dashboard, project, clusterLabel), undefined, 2),
                    },
                },
                { parent: this },
            );
        }
    }
}
