import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { serviceSelector, OWNER } from "../deployment";
import type { MonitoringSettings } from "../monitoring/settings";
import type { ApplicationsConfig } from "../platform/applications";
import { applicationsOf, PLATFORM_AT } from "../platform/applications";
import type { SpireSettings } from "../spire/model";
import type { Watched } from "./canary";
import { CANARY, Canary, canaryFlows } from "./canary";
import type { CanarySettings } from "./settings";
import { canarySettings } from "./settings";

export interface CanaryConfig extends ApplicationsConfig {
    readonly canary: CanarySettings;
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly spire: SpireSettings;
}

/** The applications beside which a half of the canary runs; none where it is off. */
function watchedOf(config: CanaryConfig): readonly Watched[] {
    const watched = applicationsOf(config).map(({ at, settings: { namespace, app, port } }) => ({
        namespace,
        app,
        port,
        flow: at === PLATFORM_AT ? CANARY : `${CANARY}-${app}`,
    }));
    return config.canary.enabled ? watched : [];
}

/** The namespaces of all parts; none where the canary is off, or has no application to stand beside. */
function homes(config: CanaryConfig): readonly string[] {
    const watched = watchedOf(config).map(({ namespace }) => namespace);
    return watched.length === 0 ? [] : [config.canary.namespace, ...watched];
}

export const canaryArea = area({
    key: "canary",
    description:
        "Probes that call each other over mutual TLS from each application's namespace and one of their own, and try what network policies forbid; their image is images.overrides.probe, with its digest",
    settings: canarySettings,
    faults: (config: CanaryConfig, path, { images, project }) =>
        config.canary.enabled
            ? [
                  ...images.faults(["probe"]),
                  ...(watchedOf(config).length === 0
                      ? [
                            `${path}.enabled needs an application beside which the other half runs; set ${project}:platform or ${project}:applications`,
                        ]
                      : []),
              ]
            : [],
    namespaces: ({ canary }: CanaryConfig) =>
        canary.enabled
            ? [
                  {
                      setting: "namespace",
                      namespace: canary.namespace,
                      owner: OWNER,
                      quota: { cpu: "1", memory: "1Gi", pods: "10" },
                  },
              ]
            : [],
    images: (config: CanaryConfig) => Object.fromEntries(homes(config).map((home) => [home, ["probe"] as const])),
    targets: (config: CanaryConfig) =>
        homes(config).map((namespace) => ({
            name: CANARY,
            namespace,
            labels: serviceSelector(CANARY),
            port: "http",
        })),
    flows: (config: CanaryConfig) => {
        const { canary: settings, cluster, monitoring } = config;
        const applications = watchedOf(config);
        return applications.length === 0 ? [] : canaryFlows({ settings, cluster, monitoring, applications });
    },
    after: ["spire"],
    deploy: (config: CanaryConfig, stage) => {
        const { canary: settings, cluster, monitoring, spire } = config;
        const { images } = stage.foundation;
        const applications = watchedOf(config);
        if (applications.length === 0) {
            return { resources: [] };
        }
        const args = { cluster, monitoring, images, settings, spire, applications };
        return { resources: [new Canary("canary", args, stage.options())] };
    },
});
