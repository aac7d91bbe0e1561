import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { serviceSelector, OWNER } from "../deployment";
import type { MonitoringSettings } from "../monitoring/settings";
import type { PlatformSettings } from "../platform/settings";
import type { SpireSettings } from "../spire/model";
import { CANARY, Canary, canaryFlows, imageFaults } from "./canary";
import type { CanarySettings } from "./settings";
import { canarySettings } from "./settings";

interface CanaryConfig {
    readonly canary: CanarySettings;
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly platform: PlatformSettings;
    readonly spire: SpireSettings;
}

/** The namespaces of both halves. */
const halves = ({ canary, platform }: CanaryConfig): readonly string[] => [canary.namespace, platform.namespace];

export const canaryArea = area({
    key: "canary",
    description:
        "Two probes that call each other over mutual TLS from the platform's namespace and one of their own, and try what network policies forbid; their image is images.overrides.probe, with its digest",
    settings: canarySettings,
    faults: ({ canary }: CanaryConfig, _path, { images }) => (canary.enabled ? imageFaults(images) : []),
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
    images: (config: CanaryConfig) =>
        config.canary.enabled ? Object.fromEntries(halves(config).map((half) => [half, ["probe"] as const])) : {},
    targets: (config: CanaryConfig) =>
        config.canary.enabled
            ? halves(config).map((namespace) => ({
                  name: CANARY,
                  namespace,
                  labels: serviceSelector(CANARY),
                  port: "http",
              }))
            : [],
    flows: ({ canary: settings, cluster, monitoring, platform }: CanaryConfig) =>
        settings.enabled ? canaryFlows({ settings, cluster, monitoring, platform }) : [],
    after: ["spire"],
    deploy: ({ canary: settings, cluster, monitoring, platform, spire }: CanaryConfig, stage) => {
        const { images } = stage.foundation;
        const args = { cluster, monitoring, images, settings, spire, platform };
        return { resources: settings.enabled ? [new Canary("canary", args, stage.options())] : [] };
    },
});
