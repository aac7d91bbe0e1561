import { accessFaults } from "../access";
import { optionalArea } from "../area";
import { platformFlows } from "../network/standard";
import { PROXY_METRICS } from "../proxy";
import { metricsPortName, secretDirectory, selectorLabels, workloadFaults } from "../workload";
import type { PlatformConfig } from "./platform";
import { isProxied, platformProxyFaults, proxyFlows } from "./proxy";
import { Platform } from "./platform";
import { platformSettings } from "./settings";

export const platformArea = optionalArea({
    key: "platform",
    description: "The x0tta6bl4 platform: where it runs, with how much, and who may look at it",
    settings: platformSettings,
    faults: (config: PlatformConfig, path, foundation) => {
        const { platform } = config;
        return [
            ...workloadFaults({ port: platform.port, metricsPort: platform.metricsPort }).map(
                (fault) => `${path}.${fault}`,
            ),
            ...accessFaults(platform.access, `${path}.access`),
            ...(isProxied(platform) ? platformProxyFaults(platform, config, path, foundation.images) : []),
        ];
    },
    namespaces: ({ platform: { app, namespace, owner, quota, secretName } }: PlatformConfig) => [
        {
            setting: "namespace",
            component: "platform",
            application: {
                name: app,
                secretDirectories: secretName === undefined ? [] : [secretDirectory(secretName)],
            },
            namespace,
            owner,
            quota,
        },
    ],
    foreign: ({ platform: { namespace, proxy } }: PlatformConfig) =>
        (proxy?.callers ?? [])
            .map((caller, index) => ({ namespace: caller.namespace, setting: `proxy.callers[${index}].namespace` }))
            .filter((claim) => claim.namespace !== namespace),
    images: ({ platform }: PlatformConfig) => ({
        [platform.namespace]: ["x0tta6bl4", ...(isProxied(platform) ? (["envoy"] as const) : [])],
    }),
    targets: ({ platform }: PlatformConfig) => [
        {
            name: platform.app,
            namespace: platform.namespace,
            labels: selectorLabels(platform.app),
            port: metricsPortName(platform),
            path: platform.metricsPath,
        },
        ...(isProxied(platform)
            ? [
                  {
                      name: `${platform.app}-proxy`,
                      namespace: platform.namespace,
                      labels: selectorLabels(platform.app),
                      ...PROXY_METRICS,
                  },
              ]
            : []),
    ],
    flows: ({ platform, cluster, monitoring }: PlatformConfig) => [
        ...platformFlows(platform, cluster, monitoring),
        ...(isProxied(platform) ? proxyFlows(platform, monitoring) : []),
    ],
    after: ["externalSecrets", "spire"],
    deploy: (config: PlatformConfig, stage) => {
        const { cluster, mesh, monitoring, platform, shield, spire } = config;
        const { images } = stage.foundation;
        const namespace = stage.namespaceName(platform.namespace);
        const args = { cluster, mesh, monitoring, platform, shield, spire, images, namespace };
        const application = new Platform("platform", args, stage.options());
        return { resources: [application], outputs: { platformService: application.serviceName } };
    },
});
