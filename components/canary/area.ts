import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { serviceSelector, OWNER } from "../deployment";
import type { MonitoringSettings } from "../monitoring/settings";
import type { PlatformSettings } from "../platform/settings";
import type { SpireSettings } from "../spire/model";
import { CANARY, Canary, canaryFlows } from "./canary";
import type { CanarySettings } from "./settings";
import { canarySettings } from "./settings";

export interface CanaryConfig {
    readonly canary: CanarySettings;
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly platform: PlatformSettings | undefined;
    readonly spire: SpireSettings;
}

/** The namespaces of both halves; none where the canary is off, or has no platform to stand beside. */
const halves = ({ canary, platform }: CanaryConfig): readonly string[] =>
    canary.enabled && platform !== undefined ? [canary.namespace, platform.namespace] : [];

export const canaryArea = area({
    key: "canary",
    description:
        "Two probes that call each other over mutual TLS from the platform's namespace and one of their own, and try what network policies forbid; their image is images.overrides.probe, with its digest",
    settings: canarySettings,
    faults: ({ canary, platform }: CanaryConfig, path, { images, project }) =>
        canary.enabled
            ? [
                  ...images.faults(["probe"]),
                  ...(platform === undefined
                      ? [`${path}.enabled needs a platform beside which the other half runs; set ${project}:platform`]
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
    images: (config: CanaryConfig) => Object.fromEntries(halves(config).map((half) => [half, ["probe"] as const])),
    targets: (config: CanaryConfig) =>
        halves(config).map((namespace) => ({
            name: CANARY,
            namespace,
            labels: serviceSelector(CANARY),
            port: "http",
        })),
    flows: ({ canary: settings, cluster, monitoring, platform }: CanaryConfig) =>
        settings.enabled && platform !== undefined ? canaryFlows({ settings, cluster, monitoring, platform }) : [],
    after: ["spire"],
    deploy: ({ canary: settings, cluster, monitoring, platform, spire }: CanaryConfig, stage) => {
        const { images } = stage.foundation;
        if (!settings.enabled || platform === undefined) {
            return { resources: [] };
        }
        const args = { cluster, monitoring, images, settings, spire, platform };
        return { resources: [new Canary("canary", args, stage.options())] };
    },
});
