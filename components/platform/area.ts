import { optional } from "../../policies/engine/schema";
import { accessFaults } from "../access";
import { area } from "../area";
import { platformFlows } from "../network/standard";
import { secretDirectory, selectorLabels, workloadFaults } from "../workload";
import { Platform } from "./platform";
import type { PlatformConfig as Present } from "./platform";
import type { PlatformSettings } from "./settings";
import { platformSettings } from "./settings";

interface PlatformConfig extends Omit<Present, "platform"> {
    readonly platform: PlatformSettings | undefined;
}

export const platformArea = area({
    key: "platform",
    description: "The x0tta6bl4 platform: where it runs, with how much, and who may look at it; none unless set",
    settings: optional(platformSettings),
    faults: ({ platform }: PlatformConfig, path) =>
        platform === undefined
            ? []
            : [
                  ...workloadFaults(platform).map((fault) => `${path}.${fault}`),
                  ...accessFaults(platform.access, `${path}.access`),
              ],
    namespaces: ({ platform }: PlatformConfig) =>
        platform === undefined
            ? []
            : [
                  {
                      setting: "namespace",
                      component: "platform",
                      application: {
                          name: platform.app,
                          secretDirectories:
                              platform.secretName === undefined ? [] : [secretDirectory(platform.secretName)],
                      },
                      namespace: platform.namespace,
                      owner: platform.owner,
                      quota: platform.quota,
                  },
              ],
    images: ({ platform }: PlatformConfig) => (platform === undefined ? {} : { [platform.namespace]: ["x0tta6bl4"] }),
    targets: ({ platform }: PlatformConfig) =>
        platform === undefined
            ? []
            : [
                  {
                      name: platform.app,
                      namespace: platform.namespace,
                      labels: selectorLabels(platform.app),
                      port: "http",
                      path: platform.metricsPath,
                  },
              ],
    flows: ({ platform, cluster, monitoring }: PlatformConfig) =>
        platform === undefined ? [] : platformFlows(platform, cluster, monitoring),
    after: ["externalSecrets", "spire"],
    deploy: (config: PlatformConfig, stage) => {
        const { cluster, mesh, monitoring, platform, shield, spire } = config;
        if (platform === undefined) {
            return { resources: [] };
        }
        const { images } = stage.foundation;
        const namespace = stage.namespaceName(platform.namespace);
        const args = { cluster, mesh, monitoring, platform, shield, spire, images, namespace };
        const application = new Platform("platform", args, stage.options());
        return { resources: [application], outputs: { platformService: application.serviceName } };
    },
});
