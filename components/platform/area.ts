import * as pulumi from "@pulumi/pulumi";

import { accessFaults } from "../access";
import type { Foundation, OwnNamespace, Stage } from "../area";
import { area, optionalArea } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import type { ImageName } from "../images";
import { meshFaultsOf, meshFlowsOf, meshForeign } from "../mesh/application";
import type { ScrapeTarget } from "../monitoring/monitors";
import type { MonitoringSettings } from "../monitoring/settings";
import type { Flow } from "../network/flows";
import type { Tenant } from "../network/standard";
import { platformFlows } from "../network/standard";
import { PROXY_METRICS } from "../proxy";
import { shieldFaults, shieldFlowsOf, shieldForeign } from "../shield/application";
import { unknownFederation } from "../spire/checks";
import type { SpireSettings } from "../spire/model";
import { metricsPortName, secretDirectory, selectorLabels, workloadFaults } from "../workload";
import type { ApplicationOf, ApplicationsConfig } from "./applications";
import { below, besideFaults, listedOf, platformOf, tenantsOf } from "./applications";
import { isProxied, platformProxyFaults, proxyFlows } from "./proxy";
import { Platform } from "./platform";
import type { PlatformSettings } from "./settings";
import { applicationsSettings, platformSettings } from "./settings";

/** What the parts of applications follow from. */
export interface ListConfig extends ApplicationsConfig {
    readonly cluster: ClusterSettings;
    readonly monitoring: MonitoringSettings;
    readonly spire: SpireSettings;
}

export type PlatformConfig = ListConfig & { readonly platform: PlatformSettings };

/** What is wrong with an application by itself; one line each. */
function faultsOf(one: ApplicationOf, config: ListConfig, foundation: Foundation): readonly string[] {
    const path = `${foundation.project}:${one.at.own}`;
    const { settings } = one;
    return [
        ...workloadFaults({ port: settings.port, metricsPort: settings.metricsPort }).map(
            (fault) => `${path}.${fault}`,
        ),
        ...accessFaults(settings.access, `${path}.access`),
        ...unknownFederation(
            settings.federatesWith,
            config.spire.federatedTrustDomains.map((domain) => domain.trustDomain),
            path,
        ),
        ...(isProxied(settings)
            ? platformProxyFaults(
                  settings,
                  { mesh: one.mesh, shield: one.shield, spire: config.spire, tenants: tenantsOf(config) },
                  path,
                  foundation.images,
              )
            : []),
    ];
}

/** The callers of an application's proxy outside of the stack's applications. */
function foreignCallers({ at, settings: { proxy } }: ApplicationOf, tenants: readonly Tenant[]) {
    return (proxy?.callers ?? [])
        .map(({ namespace }, index) => ({ namespace, setting: below(at.own, `proxy.callers[${index}].namespace`) }))
        .filter((claim) => !tenants.some(({ namespace }) => namespace === claim.namespace));
}

function ownNamespace({ at, component, image, settings }: ApplicationOf): OwnNamespace {
    const { app: name, namespace, owner, quota, secretName } = settings;
    const secretDirectories = secretName === undefined ? [] : [secretDirectory(secretName)];
    return {
        setting: below(at.own, "namespace"),
        component,
        application: { name, image, secretDirectories },
        namespace,
        owner,
        quota,
    };
}

function imagesOf(some: readonly ApplicationOf[]): Readonly<Record<string, readonly ImageName[]>> {
    return Object.fromEntries(
        some.map(({ image, settings }) => [
            settings.namespace,
            [image, ...(isProxied(settings) ? (["envoy"] as const) : [])],
        ]),
    );
}

function targetsOf({ settings }: ApplicationOf): readonly ScrapeTarget[] {
    const { app, namespace, metricsPath } = settings;
    const labels = selectorLabels(app);
    return [
        { name: app, namespace, labels, port: metricsPortName(settings), path: metricsPath },
        ...(isProxied(settings) ? [{ name: `${app}-proxy`, namespace, labels, ...PROXY_METRICS }] : []),
    ];
}

function flowsOf({ settings }: ApplicationOf, config: ListConfig): readonly Flow[] {
    return [
        ...platformFlows(settings, config.cluster, config.monitoring),
        ...(isProxied(settings) ? proxyFlows(settings, config.monitoring, tenantsOf(config)) : []),
    ];
}

function deployed(some: readonly ApplicationOf[], config: ListConfig, stage: Stage): readonly Platform[] {
    const { cluster, monitoring, spire } = config;
    const { images } = stage.foundation;
    const tenants = tenantsOf(config);
    return some.map(({ component, image, settings: platform, shield, mesh }) => {
        const namespace = stage.namespaceName(platform.namespace);
        const args = { cluster, mesh, monitoring, platform, shield, spire, images, image, namespace, tenants };
        return new Platform(component, args, stage.options());
    });
}

/** What every application waits for: its secrets, and who gives it its identity. */
const AFTER = ["externalSecrets", "spire"];

export const platformArea = optionalArea({
    key: "platform",
    description: "The x0tta6bl4 platform: where it runs, with how much, and who may look at it",
    settings: platformSettings,
    faults: (config: PlatformConfig, _, foundation) =>
        platformOf(config).flatMap((one) => faultsOf(one, config, foundation)),
    namespaces: (config: PlatformConfig) => platformOf(config).map(ownNamespace),
    foreign: (config: PlatformConfig) => platformOf(config).flatMap((one) => foreignCallers(one, tenantsOf(config))),
    images: (config: PlatformConfig) => imagesOf(platformOf(config)),
    targets: (config: PlatformConfig) => platformOf(config).flatMap(targetsOf),
    flows: (config: PlatformConfig) => platformOf(config).flatMap((one) => flowsOf(one, config)),
    after: AFTER,
    deploy: (config: PlatformConfig, stage) => {
        const resources = deployed(platformOf(config), config, stage);
        const outputs = Object.fromEntries(resources.map(({ serviceName }) => ["platformService", serviceName]));
        return { resources, outputs };
    },
});

export const applicationsArea = area({
    key: "applications",
    description:
        "Further applications, each in a namespace of its own with image, way in and mesh of its own; none unless set. The other settings of each are those of platform",
    settings: applicationsSettings,
    faults: (config: ListConfig, _, foundation) => [
        ...besideFaults(config, foundation.project),
        ...listedOf(config).flatMap((one) => [
            ...foundation.images.faults([one.image]),
            ...faultsOf(one, config, foundation),
            ...shieldFaults(one, config.cluster, foundation.project),
            ...meshFaultsOf(one, tenantsOf(config), foundation.project),
        ]),
    ],
    namespaces: (config: ListConfig) => listedOf(config).map(ownNamespace),
    foreign: (config: ListConfig) =>
        listedOf(config).flatMap((one) => [
            ...foreignCallers(one, tenantsOf(config)),
            ...shieldForeign(one),
            ...meshForeign(one, tenantsOf(config)),
        ]),
    images: (config: ListConfig) => imagesOf(listedOf(config)),
    targets: (config: ListConfig) => listedOf(config).flatMap(targetsOf),
    flows: (config: ListConfig) =>
        listedOf(config).flatMap((one) => [
            ...flowsOf(one, config),
            ...shieldFlowsOf(one),
            ...meshFlowsOf(one, tenantsOf(config)),
        ]),
    after: AFTER,
    deploy: (config: ListConfig, stage) => {
        const resources = deployed(listedOf(config), config, stage);
        const services = Object.fromEntries(
            Object.keys(config.applications).map((name, index) => [name, resources[index]?.serviceName ?? ""]),
        );
        return {
            resources,
            ...(resources.length > 0 && { outputs: { applicationServices: pulumi.output(services) } }),
        };
    },
});
