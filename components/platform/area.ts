import { accessFaults } from "../access";
import { optionalArea } from "../area";
import { platformFlows } from "../network/standard";
import { metricsPortName, secretDirectory, selectorLabels, workloadFaults } from "../workload";
import type { PlatformConfig } from "./platform";
import { Platform } from "./platform";
import { platformSettings } from "./settings";

export const platformArea = optionalArea({
    key: "platform",
    description: "The x0tta6bl4 platform: where it runs, with how much, and who may look at it",
    settings: platformSettings,
    faults: ({ platform }: PlatformConfig, path) => [
        ...workloadFaults(platform).map((fault) => `${path}.${fault}`),
        ...accessFaults(platform.access, `${path}.access`),
    ],
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
    images: ({ platform }: PlatformConfig) => ({ [platform.namespace]: ["x0tta6bl4"] }),
    targets: ({ platform }: PlatformConfig) => [
        {
            name: platform.app,
            namespace: platform.namespace,
            labels: selectorLabels(platform.app),
            port: metricsPortName(platform),
            path: platform.metricsPath,
        },
    ],
    flows: ({ platform, cluster, monitoring }: PlatformConfig) => platformFlows(platform, cluster, monitoring),
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
